import type { ProbeSession, Reading } from '../probes/contract.ts';
import type { Entry, Gap, Offset, Sample } from '../slo/model/entry.ts';
import type { ProbeSpec } from '../slo/model/plan.ts';
import { formatDuration } from '../slo/model/quantity.ts';
import { firstSlotFrom, maxOverlap, slotDue } from '../slo/slots.ts';
import { reasonOf } from './bounded.ts';
import type { Clock } from './clock.ts';
import { type ProberWatch, STALL_TOLERANCE_MS } from './prober-watch.ts';
import { problemOfReading } from './reading-check.ts';
import type { Waking } from './wake-queue.ts';

/** A probe that is in use. */
export interface OpenProbe {
  spec: ProbeSpec;
  session: ProbeSession;
}

/** What the lanes of one sampling have in common. */
export interface LaneSetting {
  clock: Clock;
  seed: number;
  vantage: string;
  slotZero: Offset;
  record(entry: Entry): void;
  /** How much time the prober itself has lost. */
  prober: Pick<ProberWatch, 'lostMs' | 'sampleStarts' | 'sampleEnded'>;
}

/** Samples that outlived their deadline and go on regardless hold sockets: past this many we stop adding to them. */
const ABANDONED_LIMIT = 256;

/** Where the prober itself lost more than this of a sample's time, what went wrong may be its own doing. */
const TOLERATED_LOSS = 0.1;

const STARVED = 'the prober itself did not run meanwhile';

interface Flight {
  slot: number;
  due: Offset;
  started: Offset;
  deadline: Offset;
  /** What the prober had lost when it started. */
  lostMs: number;
  controller: AbortController;
  closed: boolean;
  onClosed?: (() => void)[];
}

/** One probe's slots and the samples that are under way. Every due slot brings exactly one sample or gap. */
export class Lane implements Waking {
  wakeAt: Offset;
  readonly #setting: LaneSetting;
  readonly #probe: OpenProbe;
  readonly #overlapLimit: number;
  /** Oldest first; one time-out for all, so also the first to pass its deadline first. */
  readonly #flights: Flight[] = [];
  #nextSlot: number;
  #nextDue: Offset;
  #lastDue: Offset = Number.NEGATIVE_INFINITY;
  #stopAt: Offset = Number.POSITIVE_INFINITY;
  #abandoned = 0;

  constructor(setting: LaneSetting, probe: OpenProbe, from: Offset) {
    this.#setting = setting;
    this.#probe = probe;
    this.#overlapLimit = maxOverlap(probe.spec.intervalMs, probe.spec.timeoutMs);
    this.#nextSlot = firstSlotFrom(setting.seed, probe.spec, setting.slotZero, from);
    this.#nextDue = this.#dueOf(this.#nextSlot);
    this.wakeAt = this.#nextDue;
  }

  /** When the slot was due that was taken last. */
  get lastDue(): Offset {
    return this.#lastDue;
  }

  /** Every slot that was due before has its sample or gap. */
  get settledTo(): Offset {
    return Math.min(this.#flights[0]?.due ?? Number.POSITIVE_INFINITY, this.#nextDue);
  }

  /** Slots due at `offset` or later are not this lane's any more. */
  stopAt(offset: Offset): void {
    this.#stopAt = offset;
  }

  /** Ends samples whose deadline has passed and starts those that are due; sets when to be woken next. */
  advance(): void {
    const now = this.#setting.clock.now();
    for (let first = this.#flights[0]; first && first.deadline <= now; first = this.#flights[0])
      this.#expire(first, now);
    while (this.#nextDue <= now && this.#nextDue < this.#stopAt) this.#takeSlot();
    const nextStart = this.#nextDue < this.#stopAt ? this.#nextDue : Number.POSITIVE_INFINITY;
    this.wakeAt = Math.min(nextStart, this.#flights[0]?.deadline ?? Number.POSITIVE_INFINITY);
  }

  /** One promise for each sample that is under way for a slot before `offset`. */
  closingsBefore(offset: Offset): Promise<void>[] {
    return this.#flights.filter((flight) => flight.due < offset).map(whenClosed);
  }

  /** Ends what is under way without an answer. */
  cutShort(reason: string): void {
    for (const flight of [...this.#flights]) {
      this.#close(flight);
      this.#stop(flight, reason);
      this.#gap(flight.slot, flight.due, reason);
    }
  }

  #takeSlot(): void {
    const [slot, due, now] = [this.#nextSlot, this.#nextDue, this.#setting.clock.now()];
    this.#lastDue = due;
    this.#nextSlot++;
    this.#nextDue = this.#dueOf(this.#nextSlot);
    if (now >= this.#nextDue) this.#gap(slot, due, 'late');
    else if (this.#flights.length >= this.#overlapLimit || this.#abandoned >= ABANDONED_LIMIT)
      this.#gap(slot, due, 'overrun');
    else this.#launch(slot, due, now);
  }

  #launch(slot: number, due: Offset, started: Offset): void {
    const deadline = started + this.#probe.spec.timeoutMs;
    const lostMs = this.#setting.prober.sampleStarts();
    const flight: Flight = { slot, due, started, deadline, lostMs, controller: new AbortController(), closed: false };
    this.#flights.push(flight);
    const answered = (reading: Reading) => this.#settle(flight, (ended) => this.#recordReading(flight, ended, reading));
    const failed = (error: unknown) => this.#settle(flight, () => this.#probeFailed(flight, reasonOf(error)));
    try {
      this.#probe.session.sample(flight.controller.signal).then(answered, failed);
    } catch (error) {
      failed(error);
    }
  }

  #settle(flight: Flight, conclude: (ended: Offset) => void): void {
    const now = this.#setting.clock.now();
    if (flight.closed) this.#abandoned--;
    else if (now - this.#starvedMs(flight) >= flight.deadline) this.#timedOut(flight, now);
    else {
      this.#close(flight);
      conclude(now);
    }
  }

  #recordReading(flight: Flight, ended: Offset, reading: Reading): void {
    const problem = problemOfReading(reading, this.#probe.spec.values);
    if (problem) this.#probeFailed(flight, problem);
    else this.#setting.record(this.#sampleOf(flight, ended, reading, ended >= flight.deadline));
  }

  #probeFailed(flight: Flight, problem: string): void {
    this.#gap(flight.slot, flight.due, `probe failed: ${problem}`);
  }

  #expire(flight: Flight, now: Offset): void {
    this.#timedOut(flight, now);
    this.#stop(flight, noAnswerWithin(this.#probe.spec.timeoutMs));
  }

  #timedOut(flight: Flight, now: Offset): void {
    const reason = noAnswerWithin(this.#probe.spec.timeoutMs);
    this.#close(flight);
    // The answer may lie unread.
    if (now - flight.deadline > STALL_TOLERANCE_MS) this.#gap(flight.slot, flight.due, 'stalled');
    else if (this.#probe.spec.onTimeout === 'unknown') this.#gap(flight.slot, flight.due, reason);
    else this.#setting.record(this.#sampleOf(flight, now, { outcome: 'bad', values: {}, reason }));
  }

  /** Tells the probe to stop; until it does it counts as abandoned. */
  #stop(flight: Flight, reason: string): void {
    this.#abandoned++;
    flight.controller.abort(new DOMException(reason, 'TimeoutError'));
  }

  #close(flight: Flight): void {
    flight.closed = true;
    this.#setting.prober.sampleEnded();
    this.#flights.splice(this.#flights.indexOf(flight), 1);
    for (const tell of flight.onClosed ?? []) tell();
  }

  #gap(slot: number, due: Offset, reason: string): void {
    const gap: Gap = {
      type: 'gap',
      probe: this.#probe.spec.name,
      vantage: this.#setting.vantage,
      slot,
      due,
      reason,
    };
    this.#setting.record(gap);
  }

  #sampleOf(flight: Flight, ended: Offset, reading: Reading, isReadTooLate = false): Sample {
    const { outcome, values, reason, parts, covers, detail } = reading;
    const sample: Sample = {
      type: 'sample',
      probe: this.#probe.spec.name,
      vantage: this.#setting.vantage,
      slot: flight.slot,
      due: flight.due,
      started: flight.started,
      ended,
      outcome,
      values,
    };
    if (reason !== undefined) sample.reason = reasonOf(reason);
    if (parts !== undefined) sample.parts = parts;
    if (covers !== undefined) sample.covers = covers;
    if (detail !== undefined) sample.detail = detail;
    const starvedMs = this.#starvedMs(flight);
    const isStarved = starvedMs > 0 && starvedMs > TOLERATED_LOSS * (ended - flight.started);
    return isStarved || isReadTooLate ? starvedSample(sample, starvedMs, isReadTooLate) : sample;
  }

  /** How long the prober itself did not run since the sample began. */
  #starvedMs(flight: Flight): number {
    return this.#setting.prober.lostMs() - flight.lostMs;
  }

  #dueOf(slot: number): Offset {
    return slotDue(this.#setting.seed, this.#probe.spec, this.#setting.slotZero, slot);
  }
}

/**
 * Good in spite of it is good; bad may be the prober's own doing. An answer that lay unread until after the deadline says neither, but what it has
 * counted is not lost.
 */
function starvedSample(sample: Sample, starvedMs: number, isReadTooLate: boolean): Sample {
  const starved: Sample = { ...sample, starvedMs };
  if (sample.outcome === 'bad' || isReadTooLate) {
    starved.outcome = 'unknown';
    starved.reason = reasonOf(`${STARVED}${sample.reason === undefined ? '' : `: ${sample.reason}`}`);
  }
  if (sample.parts)
    starved.parts = sample.parts.map((part) => (part.outcome === 'bad' ? { ...part, outcome: 'unknown' } : part));
  return starved;
}

function whenClosed(flight: Flight): Promise<void> {
  return new Promise((resolve) => {
    flight.onClosed ??= [];
    flight.onClosed.push(resolve);
  });
}

function noAnswerWithin(timeoutMs: number): string {
  return `no answer within ${formatDuration(timeoutMs)}`;
}
