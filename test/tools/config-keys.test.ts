import { expect, test } from 'vitest';
import { z } from 'zod';
import { duration, hostAndPort, httpUrl } from '../../src/clients/config-schema.ts';
import { configKeys } from '../../tools/config-keys.ts';

function rowOf(config: z.ZodType, path: string): string {
  const key = configKeys(config).find((candidate) => candidate.path === path);
  return key ? [key.type, key.required ? 'needed' : (key.default ?? 'optional'), key.help].join(' | ') : 'not there';
}

const plain: Record<string, [schema: z.ZodType, row: string]> = {
  'a text that must be there': [z.string().describe('its name'), 'text | needed | its name'],
  'a text that may be absent': [z.string().optional(), 'text | optional | '],
  'an empty default': [z.string().default(''), 'text | "" | '],
  'a duration with a default in ms': [duration().default(300_000), 'duration | 5m | '],
  'a duration with a default as written': [duration().prefault('5s'), 'duration | 5s | '],
  'an address': [hostAndPort(), '`host:port` | needed | '],
  'a list of URLs': [z.array(httpUrl()), 'list of URL | needed | '],
  'a choice of words': [z.enum(['a', 'b']).default('a'), '`a`, `b` | a | '],
  'a number with bounds': [z.int().min(1).max(9).default(3), 'number (1 to 9) | 3 | '],
  'a map of texts': [z.record(z.string(), z.string()).optional(), 'map of text | optional | '],
  'two kinds of value': [z.union([z.boolean(), z.strictObject({})]), '`true`, `false` or map | needed | '],
  'any JSON': [z.array(z.json()).default([]), 'list of anything | [] | '],
};

test.each(Object.entries(plain))('%s', (_, [schema, row]) => {
  expect(rowOf(z.strictObject({ key: schema }), 'key')).toBe(row);
});

test('keys inside a map stand behind it, with the way to them', () => {
  const config = z.strictObject({ tls: z.strictObject({ caFile: z.string() }).optional(), last: z.string() });

  expect(configKeys(config).map(({ path }) => path)).toEqual(['tls', 'tls.caFile', 'last']);
});

test('a key that only one form of a map has is not needed, and one that all have is, with the words of each', () => {
  const config = z.strictObject({
    login: z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('name'), name: z.string() }),
      z.strictObject({ by: z.literal('token') }),
    ]),
  });

  expect(rowOf(config, 'login.by')).toBe('`name` or `token` | needed | ');
  expect(rowOf(config, 'login.name')).toBe('text | optional | ');
});

test('a refined config shows its keys', () => {
  expect(
    rowOf(
      z.strictObject({ key: z.string() }).superRefine(() => undefined),
      'key',
    ),
  ).toBe('text | needed | ');
});
