import type { Offset, SamplePart } from '../../slo/model/entry.ts';
import type { FinalReading, Reading } from '../contract.ts';
import { CountWindow, withHoles } from '../lib/count-window.ts';
import type { PodsSeen } from '../lib/pods/look.ts';
import type { PodState } from '../lib/pods/pod.ts';
import type { Config } from './config.ts';
import { ContainerHistory, type ContainerNews } from './container-history.ts';

type Count = 'restarts' | 'oomKilled' | 'replaced';

const MAX_SHOWN_PARTS = 50;

/** Remembers pods from one look to the next, and turns what a look shows into a reading. */
export class PodBook {
  readonly #config: Config;
  readonly #history = new ContainerHistory();
  #counts: CountWindow<Count> | undefined;
  #uids: ReadonlySet<string> = new Set();
  #unseen = 0;
  #everSeen = false;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Looks must come in the order in which they were made. */
  read(seen: PodsSeen, now: Offset): Reading {
    if (!seen.ok) return { outcome: 'unknown', values: {}, reason: seen.reason };
    const pods = seen.pods.filter(({ over }) => !over);
    const news = this.#history.see(pods, this.#counts === undefined);
    this.#count(pods, news, now);
    this.#everSeen ||= pods.length > 0;
    const wanted = seen.wanted ?? (this.#config.atLeast as number);
    const ready = pods.filter((pod) => pod.ready).length;
    const values = { ready, wanted };
    if (!this.#everSeen) return { outcome: 'unknown', values, reason: this.#nothingFound() };
    const needed = Math.max(1, neededOf(this.#config, wanted));
    const outcome = ready >= needed ? 'good' : 'bad';
    return {
      outcome,
      values,
      ...(outcome === 'bad' && { reason: `${ready} of ${needed} pods are ready` }),
      parts: toParts(pods, news, outcome),
    };
  }

  /** Adds the counts since the last reading that had them. */
  withCounts(reading: Reading, now: Offset): Reading {
    if (!this.#counts) return reading;
    const { covers, values } = this.#take(this.#counts, now);
    return { ...reading, covers, values: { ...reading.values, ...values } };
  }

  /** At the end nothing more is waited for: without a look the counts leave holes. */
  end(reason: string | undefined, now: Offset): FinalReading | undefined {
    if (!this.#counts) return undefined;
    if (reason !== undefined) this.#unseen++;
    const { covers, values } = this.#take(this.#counts, now);
    return { covers, values, ...(reason !== undefined && { reason }) };
  }

  #take(counts: CountWindow<Count>, now: Offset): { covers: [Offset, Offset]; values: Record<Count, number> } {
    const { covers, values } = counts.take(now);
    const hasHoles = this.#unseen > 0;
    this.#unseen = 0;
    return { covers: hasHoles ? withHoles(covers) : covers, values };
  }

  #count(pods: readonly PodState[], news: readonly ContainerNews[], now: Offset): void {
    const before = this.#uids;
    this.#uids = new Set(pods.map(({ uid }) => uid));
    if (!this.#counts) {
      this.#counts = new CountWindow(['restarts', 'oomKilled', 'replaced'], now);
      return;
    }
    this.#counts.add('replaced', [...before].filter((uid) => !this.#uids.has(uid)).length);
    for (const { restarts, oomKilled, unseen } of news) {
      this.#counts.add('restarts', restarts);
      this.#counts.add('oomKilled', oomKilled);
      this.#unseen += unseen;
    }
  }

  #nothingFound(): string {
    const { workload, selector, namespace } = this.#config;
    return `no pod of ${workload ?? selector} was ever seen in ${namespace}: is that its name?`;
  }
}

/** A part of what is wanted is rounded up: 50% of 3 pods are 2. */
function neededOf({ atLeast }: Config, wanted: number): number {
  if (typeof atLeast === 'number') return atLeast;
  // Without the noise of multiplying decimals, 0.07 * 100 would be 8 pods.
  return Math.ceil(Number(((atLeast?.share ?? 1) * wanted).toFixed(6)));
}

/** A pod that is not ready is bad only where too many are not: one bad part would make the whole slot bad. */
function toParts(pods: readonly PodState[], news: readonly ContainerNews[], outcome: 'good' | 'bad'): SamplePart[] {
  const parts = pods.map(
    ({ name, ready }, index): SamplePart => ({
      labels: { pod: name },
      outcome: ready ? 'good' : outcome,
      values: { ready: ready ? 1 : 0, restarts: news[index]!.restarts, oomKilled: news[index]!.oomKilled },
      ...(!ready && { reason: 'not ready' }),
    }),
  );
  const worstFirst = parts.sort((one, other) => (one.values['ready'] ?? 0) - (other.values['ready'] ?? 0));
  return worstFirst.slice(0, MAX_SHOWN_PARTS);
}
