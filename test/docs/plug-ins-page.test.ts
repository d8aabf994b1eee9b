import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { registries } from '../../src/registries.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

type Types = ReadonlyMap<string, { type: string; config: z.ZodType }>;

const page = readPage('plug-ins.md');
const kinds: [heading: string, word: string, types: Types][] = [
  ['## Probes', 'type', registries.probes],
  ['## Drivers', 'driver', registries.drivers],
  ['## Sources', 'type', registries.sources],
  ['## Vantages', 'type', registries.vantages],
];

test.each(kinds)('%s: each type has an example, and its config is one that the type takes', (heading, word, types) => {
  const examples = codeBlocks(sectionOf(page, heading), 'yaml').map((text) => parse(text) as Record<string, unknown>);

  expect(examples.map((example) => example[word])).toEqual([...types.keys()]);
  for (const example of examples)
    expect(types.get(String(example[word]))!.config.safeParse(example['config']).error?.issues).toBeUndefined();
});
