import type { Offset } from '../slo/model/entry.ts';
import type { Clock } from './clock.ts';
import { Lane, type LaneSetting, type OpenProbe } from './lane.ts';
import { WakeQueue } from './wake-queue.ts';

/** Probes being sampled, open loop: a slot is due when the plan says so, whatever became of the one before. */
export interface Sampling {
  /** From here on nothing falls due; slots before `offset` are still taken. */
  stopAt(offset: Offset): void;
  /** Resolves when every slot before `offset` has its sample or gap. */
  settledBefore(offset: Offset): Promise<void>;
  /** Nothing is woken any more. What is still under way becomes a gap with this reason. */
  close(reason: string): void;
}

/** Starts with the first slot of each probe that is due at `from` or later. */
export function startSampling(setting: LaneSetting, probes: readonly OpenProbe[], from: Offset): Sampling {
  const lanes = probes.map((probe) => new Lane(setting, probe, from));
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
    stopAt(offset) {
      for (const lane of lanes) lane.stopAt(offset);
      wakeLanes();
    },
    async settledBefore(offset) {
      wakeLanes();
      await Promise.all(lanes.flatMap((lane) => lane.closingsBefore(offset)));
    },
    close(reason) {
      alarm.cancel();
      for (const lane of lanes) lane.cutShort(reason);
    },
  };
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
