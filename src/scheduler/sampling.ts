import type { Offset } from '../slo/model/entry.ts';
import type { Clock } from './clock.ts';
import { Lane, type LaneSetting, type OpenProbe } from './lane.ts';
import { ProberWatch, type ReadThrottledMs } from './prober-watch.ts';
import { WakeQueue } from './wake-queue.ts';

/** Probes being sampled, open loop: a slot is due when the plan says so, whatever became of the one before. */
export interface Sampling {
  /** From the offset that it returns on nothing falls due: now, or just after a slot that was due and taken this very moment. */
  stop(): Offset;
  /** Every slot that was due before has its sample or gap. Never later than now. */
  settledTo(): Offset;
  /** Resolves when every slot before `offset` has its sample or gap. */
  settledBefore(offset: Offset): Promise<void>;
  /** Nothing is woken any more. What is still under way becomes a gap with this reason. */
  close(reason: string): void;
}

/** What a sampling works with. */
export interface SamplingSetting extends Omit<LaneSetting, 'prober'> {
  /** Absent where the machine does not tell. */
  readThrottledMs?: ReadThrottledMs | undefined;
}

const JUST_AFTER_MS = 0.001;

/** Starts with the first slot of each probe that is due at `from` or later. */
export function startSampling(setting: SamplingSetting, probes: readonly OpenProbe[], from: Offset): Sampling {
  const watch = watchProber(setting);
  const laneSetting = { ...setting, prober: watch };
  const lanes = probes.map((probe) => new Lane(laneSetting, probe, from));
  const queue = new WakeQueue(lanes);
  const alarm = new Alarm(setting.clock, wakeLanes);
  wakeLanes();

  function wakeLanes(): void {
    // Taken once: under overload the queue would otherwise never be caught up with, and nothing else would get a turn.
    const now = setting.clock.now();
    for (let head = queue.head; head && head.wakeAt <= now; head = queue.head) {
      head.advance();
      queue.sinkHead();
    }
    alarm.setFor(queue.head?.wakeAt ?? Number.POSITIVE_INFINITY);
  }

  return {
    stop() {
      const taken = lanes.reduce((last, lane) => Math.max(last, lane.lastDue), Number.NEGATIVE_INFINITY);
      const end = Math.max(setting.clock.now(), taken + JUST_AFTER_MS);
      for (const lane of lanes) lane.stopAt(end);
      wakeLanes();
      return end;
    },
    settledTo() {
      return lanes.reduce((earliest, lane) => Math.min(earliest, lane.settledTo), setting.clock.now());
    },
    async settledBefore(offset) {
      wakeLanes();
      await Promise.all(lanes.flatMap((lane) => lane.closingsBefore(offset)));
    },
    close(reason) {
      alarm.cancel();
      watch.end();
      for (const lane of lanes) lane.cutShort(reason);
    },
  };
}

function watchProber({ clock, readThrottledMs, vantage, record }: SamplingSetting): ProberWatch {
  return new ProberWatch({
    clock,
    ...(readThrottledMs && { readThrottledMs }),
    record: (trouble) => record({ type: 'prober', vantage, ...trouble }),
  });
}

/** One timer for all lanes. */
class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #setFor: Offset = Number.POSITIVE_INFINITY;
  #cancelTimer = () => {};

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  setFor(offset: Offset): void {
    if (offset === this.#setFor) return;
    this.cancel();
    if (offset === Number.POSITIVE_INFINITY) return;
    this.#setFor = offset;
    this.#cancelTimer = this.#clock.at(offset, () => {
      this.#setFor = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }

  cancel(): void {
    this.#cancelTimer();
    this.#setFor = Number.POSITIVE_INFINITY;
  }
}
