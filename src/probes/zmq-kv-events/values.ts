import type { ValueDeclaration } from '../../slo/model/plan.ts';

const ANY: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function count(help: string): ValueDeclaration {
  return { unit: '1', kind: 'count', help };
}

function silentWithoutTraffic(declaration: ValueDeclaration): ValueDeclaration {
  return { ...declaration, needsTraffic: 'received' };
}

/** What the probe measures. */
export const kvEventValues: Record<string, ValueDeclaration> = {
  received: count('Batches that arrived, duplicates and late ones included.'),
  events: count('Events in the batches that arrived.'),
  stored: count('Blocks that these events store.'),
  removed: count('Blocks that these events remove.'),
  duplicates: silentWithoutTraffic(count('Batches that had arrived before.')),
  late: silentWithoutTraffic(count('Batches out of order: they arrived after one with a higher position.')),
  backward: silentWithoutTraffic(count('Steps backwards in the sequence: the publisher began again.')),
  delayed: silentWithoutTraffic(
    count(
      'Batches that arrived more than `stale` later than they were made, in whatever order: what a partition held back. Told by `ageMs`.',
    ),
  ),
  missing: silentWithoutTraffic({
    unit: '1',
    kind: 'level',
    help: 'Positions below the highest one that have not arrived. They may still come late, so this is not yet loss.',
  }),
  lost: silentWithoutTraffic(
    count(
      'Known at the end of an experiment only: positions that came neither live nor, where there is one, by replay.',
    ),
  ),
  recovered: silentWithoutTraffic(
    count('Known at the end of an experiment only: positions that did not come live and that the replay still had.'),
  ),
  decodeErrors: silentWithoutTraffic(count('Messages that are no batch of events.')),
  reconnects: count('Connections after the first one.'),
  connected: {
    unit: '1',
    kind: 'level',
    range: [0, 1],
    help: '1 while the subscription is connected, as far as can be known.',
  },
  stalenessMs: { unit: 'ms', kind: 'level', help: 'Time since the last batch arrived. Absent before the first one.' },
  delayMs: {
    unit: 'ms',
    kind: 'level',
    range: ANY,
    help: "Longest time from a batch's time stamp (the engine's clock) to its arrival (this clock), of the batches since the last sample.",
  },
  ageMs: {
    unit: 'ms',
    kind: 'level',
    help: "Longest time from a batch's making to its arrival, of the batches since the last sample. The quickest batch since the engine's clock was last stepped is taken for no time at all, so that what its clock differs by falls out.",
  },
  clockShiftMs: {
    unit: 'ms',
    kind: 'level',
    range: ANY,
    help: "How far the engine's clock has been stepped since the first batch of its lifetime: the proof of a clock fault. Steps of less than a second are not told from waiting.",
  },
  trafficSent: count('Completions that the probe asked for, where `traffic` says so.'),
  trafficAnswered: count('Completions that the engine answered.'),
};
