import { readFileSync, writeFileSync } from 'node:fs';
import { exporterTypes } from '../src/exporters/registry.ts';
import { ALERT_RULES, METRICS } from '../src/slo/conventions.ts';
import { fillSections, type Sections, table } from './generated-sections.ts';

export const REPORT_DOCS_FILE = new URL('../docs/report.md', import.meta.url);

const SECTIONS: Sections = {
  exporters: () => [...exporterTypes.values()].map(exporterText).join('\n\n'),
  metrics: () => table(['Metric', 'Type', 'Labels', 'Meaning'], Object.values(METRICS).map(metricRow)),
  alerts: () =>
    table(
      ['Alert', 'After', 'Meaning'],
      ALERT_RULES.map((rule) => [`\`${rule.alert}\``, rule.for, plain(rule.summary)]),
    ),
};

/** `docs/report.md` with its generated sections made anew. */
export function reportDocsText(page: string): string {
  return fillSections(page, 'tools/generate-report-docs.ts', SECTIONS);
}

function exporterText({
  type,
  summary,
  example,
}: typeof exporterTypes extends ReadonlyMap<string, infer Type> ? Type : never) {
  return `### \`${type}\`\n\n${summary}\n\n\`\`\`yaml\n${example.trimEnd()}\n\`\`\``;
}

function metricRow({ name, type, labels, help }: (typeof METRICS)[keyof typeof METRICS]): string[] {
  return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(' '), help];
}

/** A summary with the names of labels where Prometheus puts their values. */
function plain(summary: string): string {
  return summary
    .replace(/\{\{ with \$labels\.(\w+) \}\}.*?\{\{ end \}\}/g, '*$1*')
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*');
}

if (import.meta.main) writeFileSync(REPORT_DOCS_FILE, reportDocsText(readFileSync(REPORT_DOCS_FILE, 'utf8')));
