import type { ValueDeclaration } from '../../slo/model/plan.ts';

/** What is known of each log, whatever is looked for in it. */
export const values = {
  lines: {
    unit: '1',
    kind: 'count',
    help: 'lines of all the logs: the traffic without which finding nothing says nothing',
  },
  errorLines: { unit: '1', kind: 'count', help: 'lines that are errors', needsTraffic: 'lines' },
  errorLinesPerSecond: {
    unit: '1',
    kind: 'level',
    help: 'the same in each second since the reading before',
    needsTraffic: 'lines',
  },
} as const satisfies Record<string, ValueDeclaration>;

/** A count for each pattern. */
export function patternValues(patterns: readonly { name: string }[]): Record<string, ValueDeclaration> {
  return Object.fromEntries(
    patterns.map(({ name }) => [
      name,
      { unit: '1', kind: 'count', help: `lines that match the pattern ${name}`, needsTraffic: 'lines' },
    ]),
  );
}
