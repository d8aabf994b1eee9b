import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALERTS_FILE, alertRulesText } from '../../tools/generate-alerts.ts';
import { REPORT_DOCS_FILE, reportDocsText } from '../../tools/generate-report-docs.ts';
import { REPORT_SCHEMA_FILE, reportSchemaText } from '../../tools/generate-report-schema.ts';

test.each([
  ['node tools/generate-alerts.ts', ALERTS_FILE, alertRulesText],
  ['node tools/generate-report-schema.ts', REPORT_SCHEMA_FILE, reportSchemaText],
  [
    'node tools/generate-report-docs.ts',
    REPORT_DOCS_FILE,
    () => reportDocsText(readFileSync(REPORT_DOCS_FILE, 'utf8')),
  ],
])('the file that `%s` writes is current', (command, file, text) => {
  expect(readFileSync(file, 'utf8'), `run ${command}`).toBe(text());
});
