import type { ValueDeclaration } from '../../slo/model/plan.ts';

const ANY: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function count(help: string, needsTraffic?: string): ValueDeclaration {
  return { unit: '1', kind: 'count', help, ...(needsTraffic !== undefined && { needsTraffic }) };
}

function level(help: string, unit: ValueDeclaration['unit'] = '1'): ValueDeclaration {
  return { unit, kind: 'level', help };
}

/** What the probe measures. Those of a check that the plan does not ask for are absent. */
export const streamValues: Record<string, ValueDeclaration> = {
  received: count('Records of the topics that were read, those without a value included.'),
  unreadable: count('Records without the fields that the plan names.', 'received'),
  duplicates: count('Records with the identity of one before them.', 'received'),
  disordered: count('Records, duplicates apart, that fall behind one before them in the same key.', 'received'),
  movedKeys: count(
    'Records whose key was in another partition before: between partitions there is no order.',
    'received',
  ),
  begun: count('Works that began.', 'received'),
  ended: count('Works that began and ended.', 'begun'),
  endedLate: count('Works that ended after they had been counted as never ended.', 'received'),
  endedUnbegun: count(
    'Works that ended and were not seen to begin: at first those that began before the probe, later those whose beginning was not written.',
    'received',
  ),
  neverEnded: count('Known at the end of an experiment only: works that began in it and did not end.', 'begun'),
  open: level('Works that have begun and not ended.'),
  forgotten: level('Keys, identities and works that are no longer kept in mind; above 0 the counts are bounds.'),
  behind: level(
    'Records that are written and not yet read by this probe; under isolation those of open transactions too.',
  ),
  delayMs: {
    ...level(
      "Longest time from a record's time stamp (by default the producer's clock) to its arrival, since the last sample.",
      'ms',
    ),
    range: ANY,
  },
  latencyMs: { ...level("From sending this sample's canary to reading it back.", 'ms'), needsTraffic: 'sent' },
  sent: count('Canaries that were certainly written: acknowledged, or read back.'),
  delivered: count('Canaries that were read back.', 'sent'),
  refused: count('Canaries that were certainly not written.'),
  canaryDuplicates: count('Canaries that were read once more.', 'sent'),
  lost: count(
    'Known at the end of an experiment only: canaries that were acknowledged and are not in the topic.',
    'sent',
  ),
  indeterminate: count(
    'Known at the end of an experiment only: canaries whose acknowledgement was lost and that are not in the topic: neither lost nor delivered.',
  ),
};
