import { expect, test } from 'vitest';
import { z } from 'zod';
import { reportSchema, SCHEMA_IS_THE_TYPE } from '../../src/exporters/lib/report-schema.ts';
import { renderJson } from '../../src/slo/render/json.ts';
import { reportSchemaText } from '../../tools/generate-report-schema.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';

const published = z.fromJSONSchema(JSON.parse(reportSchemaText()));

test('the schema describes the Report type and nothing else', () => {
  expect(SCHEMA_IS_THE_TYPE).toBe(true);
});

test.each(Object.entries(SAMPLE_REPORTS))('report.json of a report that is %s conforms', (_name, report) => {
  const read = JSON.parse(renderJson(report));

  expect(reportSchema.safeParse(read).error).toBeUndefined();
  expect(published.safeParse(read).error).toBeUndefined();
});

test.each<[string, object]>([
  ['an unknown key', { surprise: 1 }],
  ['a verdict that does not exist', { verdict: 'maybe' }],
  ['a missing list', { objectives: undefined }],
  ['another version', { schema: 'steadfast/report/v2' }],
])('the published schema refuses %s', (_name, change) => {
  const read = JSON.parse(JSON.stringify({ ...SAMPLE_REPORTS.pass, ...change }));

  expect(published.safeParse(read).success).toBe(false);
});
