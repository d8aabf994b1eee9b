import type { fetchV17, RecordsBatch } from '@platformatic/kafka';
import type { StreamRecord } from './field.ts';

type Fetched = Pick<fetchV17.FetchResponsePartition, 'partitionIndex' | 'abortedTransactions' | 'records'>;

const TIME_IS_THE_BROKERS = 1 << 3;
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
const ABORT = 0;

/**
 * What a reader from `from` on may see of an answer, and where it goes on. Offsets have holes where a log was compacted and where
 * transactions were ended: a hole is no loss. A batch may begin before `from`.
 */
export function visibleRecords(
  topic: string,
  { partitionIndex: partition, abortedTransactions, records: batches }: Fetched,
  from: bigint,
  committed: boolean,
): { records: StreamRecord[]; next: bigint } {
  const aborted = committed ? new AbortedTransactions(abortedTransactions ?? []) : undefined;
  const records: StreamRecord[] = [];
  let next = from;
  for (const batch of batches ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if (last >= next) next = last + 1n;
    if (aborted?.hides(batch, last) || (batch.attributes & CONTROL) !== 0) continue;
    for (const record of recordsOf(batch)) if (record.offset >= from) records.push({ topic, partition, ...record });
  }
  return { records, next };
}

function recordsOf(batch: RecordsBatch): Omit<StreamRecord, 'topic' | 'partition'>[] {
  const byBroker = (batch.attributes & TIME_IS_THE_BROKERS) !== 0;
  return batch.records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    offset: batch.firstOffset + BigInt(offsetDelta),
    timestampMs: Number(byBroker ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta),
    key,
    value,
    headers,
  }));
}

/** Knows, batch by batch, which producers are inside a transaction that was taken back: until the marker that ends it. */
class AbortedTransactions {
  readonly #coming: { producerId: bigint; firstOffset: bigint }[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly { producerId: bigint; firstOffset: bigint }[]) {
    this.#coming = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  hides(batch: RecordsBatch, last: bigint): boolean {
    while (this.#coming[0] && this.#coming[0].firstOffset <= last) this.#open.add(this.#coming.shift()!.producerId);
    if ((batch.attributes & CONTROL) !== 0) {
      if (isAbort(batch)) this.#open.delete(batch.producerId);
      return true;
    }
    return (batch.attributes & TRANSACTIONAL) !== 0 && this.#open.has(batch.producerId);
  }
}

function isAbort({ records: [marker] }: RecordsBatch): boolean {
  return marker?.key != null && marker.key.length >= 4 && marker.key.readInt16BE(2) === ABORT;
}
