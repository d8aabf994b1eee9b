import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { reportSchema } from '../src/exporters/lib/report-schema.ts';

export const REPORT_SCHEMA_FILE = new URL('../docs/schema/report.schema.json', import.meta.url);

/** The JSON Schema of `report.json`. */
export function reportSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  const schema = { $schema, title: 'Steadfast report', description: 'What a run came to: report.json.', ...rest };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(REPORT_SCHEMA_FILE, reportSchemaText());
