import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALERTS_FILE, ALERTS_OBJECT_FILE, alertRulesObjectText, alertRulesText } from '../../tools/generate-alerts.ts';
import { PLAN_SCHEMA_FILE, planSchemaText } from '../../tools/generate-plan-schema.ts';
import { PLUG_IN_DOCS_FILE, plugInDocsText } from '../../tools/generate-plug-in-docs.ts';
import { REPORT_DOCS_FILE, reportDocsText } from '../../tools/generate-report-docs.ts';
import { REPORT_SCHEMA_FILE, reportSchemaText } from '../../tools/generate-report-schema.ts';

test.each([
  ['node tools/generate-alerts.ts', ALERTS_FILE, alertRulesText],
  ['node tools/generate-alerts.ts', ALERTS_OBJECT_FILE, alertRulesObjectText],
  ['node tools/generate-report-schema.ts', REPORT_SCHEMA_FILE, reportSchemaText],
  [
    'node tools/generate-report-docs.ts',
    REPORT_DOCS_FILE,
    () => reportDocsText(readFileSync(REPORT_DOCS_FILE, 'utf8')),
  ],
  ['node tools/generate-plan-schema.ts', PLAN_SCHEMA_FILE, planSchemaText],
  [
    'node tools/generate-plug-in-docs.ts',
    PLUG_IN_DOCS_FILE,
    () => plugInDocsText(readFileSync(PLUG_IN_DOCS_FILE, 'utf8')),
  ],
])('the file that `%s` writes is current', async (command, file, text) => {
  expect(readFileSync(file, 'utf8'), `run ${command}`).toBe(await text());
});
