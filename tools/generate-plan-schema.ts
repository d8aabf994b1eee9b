import { writeFileSync } from 'node:fs';
import { schema } from '../src/cli/schema.ts';
import { registries } from '../src/registries.ts';

export const PLAN_SCHEMA_FILE = new URL('../docs/schema/plan.schema.json', import.meta.url);

/** What `steadfast schema` prints. */
export async function planSchemaText(): Promise<string> {
  const printed: string[] = [];
  await schema([], { stdout: (text) => printed.push(text), stderr: (text) => printed.push(text), env: {}, registries });
  return printed.join('');
}

if (import.meta.main) writeFileSync(PLAN_SCHEMA_FILE, await planSchemaText());
