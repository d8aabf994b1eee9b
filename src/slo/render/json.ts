import type { Report } from '../model/report.ts';

// Verdict and reasons first: a person who opens the file reads from the top.
const KEY_ORDER = [
  ...['schema', 'run', 'plan', 'verdict', 'summary', 'aborted', 'cut', 'labels', 'digest', 'seed', 'version'],
  ...['startedAt', 'endedAt', 'injectedAnything'],
  ...['objective', 'baseline', 'exporter', 'experiment', 'probe', 'vantage', 'driver', 'phase', 'severity', 'reason'],
  ...['text', 'indicator', 'measurement', 'target', 'margin', 'notes', 'op', 'query', 'low', 'high', 'unit'],
  ...['due', 'good', 'bad', 'missing', 'seen', 'confidence', 'reasons', 'points', 'problem'],
  ...['oneShot', 'status', 'state', 'proof', 'phases', 'injectionMs', 'removalMs', 'leftBehind', 'evidence'],
  ...['steady', 'fault', 'recovery', 'impact', 'from', 'to', 'at', 'of', 'holds', 'values', 'level', 'count'],
  ...['objectives', 'experiments', 'baselines', 'probes', 'deliveries'],
];
const RANK = new Map(KEY_ORDER.map((key, rank) => [key, rank]));

/** `report.json`: the same report gives the same bytes, whatever order its parts were put together in. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(ordered(report), undefined, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => byRank(left, right));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

function byRank(left: string, right: string): number {
  const difference = (RANK.get(left) ?? KEY_ORDER.length) - (RANK.get(right) ?? KEY_ORDER.length);
  return difference || (left < right ? -1 : 1);
}
