import type { Offset, SamplePart } from '../../slo/model/entry.ts';
import type { Reading } from '../contract.ts';
import { CountWindow } from '../lib/count-window.ts';
import { EndHistory } from './end-history.ts';
import { keyOf, type PartitionOffsets, type Snapshot } from './offsets.ts';

/** What a partition's lag came to, or why it is not known. */
type Lag = { known: true; records: number; seconds?: number } | { known: false; reason: string };

const MAX_SHOWN_PARTS = 50;

/** Remembers offsets from one look to the next, and turns a snapshot into a reading. */
export class LagBook {
  readonly #group: string;
  readonly #counts: CountWindow<'endOffsetAdvance' | 'committedAdvance'>;
  readonly #histories = new Map<string, EndHistory>();
  readonly #committed = new Map<string, number>();
  /** Where a partition ended while it was empty and without a commit: what came later is lag. */
  readonly #emptyEnds = new Map<string, number>();
  #advancedEver = false;

  constructor(group: string, now: Offset) {
    this.#group = group;
    this.#counts = new CountWindow(['endOffsetAdvance', 'committedAdvance'], now);
  }

  /** Snapshots must come in the order in which they were taken. */
  read({ partitions, groupExists }: Snapshot, now: Offset): Reading {
    const lags = partitions.map((offsets) => this.#lagOf(offsets, now));
    if (!groupExists) return unknown(`group ${this.#group} does not exist`);
    if (partitions.every(({ committed }) => committed === undefined))
      return unknown(`group ${this.#group} has committed nothing on these topics`);
    return { ...this.#summary(partitions, lags), parts: toParts(partitions, lags) };
  }

  /** Adds the counts since the last reading that had them. */
  withCounts(reading: Reading, now: Offset): Reading {
    const { covers, values } = this.#counts.take(now);
    return { ...reading, covers, values: { ...reading.values, ...values } };
  }

  #summary(partitions: PartitionOffsets[], lags: Lag[]): Reading {
    const unclear = lags.findIndex(({ known }) => !known);
    if (unclear >= 0)
      return unknown(`${nameOf(partitions[unclear]!)}: ${(lags[unclear] as { reason: string }).reason}`);
    const known = lags.filter((lag) => lag.known);
    const values: Record<string, number> = {
      records: known.reduce((sum, { records }) => sum + records, 0),
      maxPartitionRecords: known.reduce((most, { records }) => Math.max(most, records), 0),
    };
    if (known.every(({ seconds }) => seconds !== undefined))
      values['seconds'] = known.reduce((most, { seconds }) => Math.max(most, seconds ?? 0), 0);
    if (values['records'] === 0 && !this.#advancedEver)
      return { outcome: 'unknown', values, reason: 'no traffic since the probe began: a lag of 0 says nothing' };
    return { outcome: 'good', values };
  }

  #lagOf(offsets: PartitionOffsets, now: Offset): Lag {
    const key = keyOf(offsets.topic, offsets.partition);
    if (!this.#advance(key, offsets, now))
      return { known: false, reason: 'the end went backwards: records were lost, or the topic was made anew' };
    const { end, start } = offsets;
    const committed = offsets.committed ?? this.#impliedCommit(key, offsets);
    if (committed === undefined) return { known: false, reason: 'there are records, but no commit' };
    if (committed > end) return { known: false, reason: 'the commit lies beyond the end' };
    if (start !== undefined && committed < start)
      return { known: false, reason: 'the commit lies before the start: records were deleted unread' };
    return { known: true, records: end - committed, ...this.#age(key, committed, end, now) };
  }

  /** False where the end is not what it can be; everything known about the partition is then forgotten. */
  #advance(key: string, { end, committed }: PartitionOffsets, now: Offset): boolean {
    const history = this.#histories.get(key) ?? new EndHistory();
    const before = history.last;
    if (before !== undefined && end < before) {
      this.#forget(key);
      return false;
    }
    history.see(end, now, committed ?? 0);
    this.#histories.set(key, history);
    if (before !== undefined && end > before) {
      this.#advancedEver = true;
      this.#counts.add('endOffsetAdvance', end - before);
    }
    this.#advanceCommit(key, committed);
    return true;
  }

  #advanceCommit(key: string, committed: number | undefined): void {
    if (committed === undefined) return;
    const before = this.#committed.get(key) ?? this.#emptyEnds.get(key);
    if (before !== undefined) this.#counts.add('committedAdvance', Math.max(0, committed - before));
    this.#committed.set(key, committed);
  }

  #impliedCommit(key: string, { start, end }: PartitionOffsets): number | undefined {
    if ((start ?? end) === end && !this.#emptyEnds.has(key)) this.#emptyEnds.set(key, end);
    return this.#emptyEnds.get(key);
  }

  #age(key: string, committed: number, end: number, now: Offset): { seconds?: number } {
    if (committed === end) return { seconds: 0 };
    const written = this.#histories.get(key)?.writtenAt(committed);
    return written === undefined ? {} : { seconds: Math.max(0, now - written) / 1000 };
  }

  #forget(key: string): void {
    this.#histories.delete(key);
    this.#committed.delete(key);
    this.#emptyEnds.delete(key);
  }
}

/** Where there are many partitions, only those that lag or are unclear are recorded. */
function toParts(partitions: PartitionOffsets[], lags: Lag[]): SamplePart[] {
  const parts = partitions.map((offsets, index) => toPart(offsets, lags[index]!));
  if (parts.length <= MAX_SHOWN_PARTS) return parts;
  return parts.filter(({ outcome, values }) => outcome !== 'good' || values['records'] !== 0).slice(0, MAX_SHOWN_PARTS);
}

function toPart({ topic, partition }: PartitionOffsets, lag: Lag): SamplePart {
  const labels = { topic, partition: String(partition) };
  if (!lag.known) return { labels, outcome: 'unknown', values: {}, reason: lag.reason };
  const { records, seconds } = lag;
  return { labels, outcome: 'good', values: { records, ...(seconds !== undefined && { seconds }) } };
}

function nameOf({ topic, partition }: PartitionOffsets): string {
  return `${topic}-${partition}`;
}

function unknown(reason: string): Reading {
  return { outcome: 'unknown', values: {}, reason };
}
