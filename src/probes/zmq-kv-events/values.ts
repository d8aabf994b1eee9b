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
  late: silentWithoutTraffic(count('Batches that arrived after one with a higher position.')),
  backward: silentWithoutTraffic(count('Steps backwards in the sequence: the publisher began again.')),
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
};
