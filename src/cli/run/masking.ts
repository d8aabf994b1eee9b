import { type Mask, maskExcept } from '../../plan/mask.ts';
import type { Entry } from '../../slo/model/entry.ts';
import type { Delivery, Report } from '../../slo/model/report.ts';

/**
 * Names from the plan, words of ours and numbers: the judge looks for these. Masked, a secret that happens to be a part of one, such as
 * the password `kafka`, would hide from the judge what was recorded, a fault that was left behind included.
 */
const KEPT_IN_ENTRIES = new Set([
  ...[
    'type',
    'schema',
    'run',
    'plan',
    'digest',
    'version',
    'startedAt',
    'probe',
    'vantage',
    'instance',
    'boot',
    'replaces',
  ],
  ...['experiment', 'fault', 'state', 'cause', 'outcome', 'of', 'source', 'start', 'end', 'values'],
]);

/** A `reason` is a word of ours in a verdict, and elsewhere in a report it comes from entries that are masked. */
const KEPT_IN_REPORTS = new Set([
  ...['schema', 'run', 'plan', 'digest', 'version', 'startedAt', 'endedAt', 'verdict', 'severity', 'reason'],
  ...[
    'objective',
    'experiment',
    'baseline',
    'probe',
    'vantage',
    'driver',
    'phase',
    'status',
    'state',
    'of',
    'op',
    'unit',
  ],
]);

const KEPT_IN_DELIVERIES = new Set(['exporter', 'state']);

/** Where the keys are not ours but somebody else's, and are masked too. */
const FOREIGN = new Set(['labels', 'detail']);

/** Without secrets there is nothing to do, thousands of times a second. */
export function maskEntry(entry: Entry, mask: Mask | undefined): Entry {
  return mask ? (maskExcept(entry, mask, KEPT_IN_ENTRIES, FOREIGN) as Entry) : entry;
}

/** A report made of masked entries still repeats what the plan says: queries, labels. */
export function maskReport(report: Report, mask: Mask | undefined): Report {
  return mask ? (maskExcept(report, mask, KEPT_IN_REPORTS, FOREIGN) as Report) : report;
}

export function maskDeliveries(deliveries: Delivery[], mask: Mask | undefined): Delivery[] {
  return mask ? (maskExcept(deliveries, mask, KEPT_IN_DELIVERIES, FOREIGN) as Delivery[]) : deliveries;
}
