import { expect, it, test } from 'vitest';
import { toExample } from '../../../src/probes/pod-logs/credentials.ts';

it.each([
  ['a password in a URL', 'cannot reach postgres://app:hunter22@db:5432/x', 'cannot reach postgres://***@db:5432/x'],
  ['a bearer token', 'sent Authorization: Bearer abc.def to vllm-0', 'hunter'],
  ['a named password', 'login failed: password=hunter22, user=bob', 'user=bob'],
  ['a key in JSON', '{"api_key": "hunter22", "peer": "vllm-0"}', '"peer": "vllm-0"'],
  ['a JSON web token', 'refused eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl by vllm-0', 'by vllm-0'],
  ['a long key', `refused ${'a1B2'.repeat(12)} by vllm-0`, 'refused *** by vllm-0'],
])('%s is not kept', (_, line, rest) => {
  const kept = toExample(line);

  expect(kept).not.toMatch(/hunter22|abc\.def|eyJhb|a1B2/);
  expect(kept).toContain('***');
  if (rest !== 'hunter') expect(kept).toContain(rest);
});

test('what names the peer and the cause is kept', () => {
  const line = 'ERROR connection to vllm-0 (10.0.0.7:5557) refused: retrying in 2s';
  expect(toExample(line)).toBe(line);
});

test('it is short, and on one line', () => {
  const kept = toExample(`a\u001b[31m red\r${'words and '.repeat(200)}`);
  expect(kept.length).toBeLessThanOrEqual(200);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be in it
  expect(kept).not.toMatch(/[\u0000-\u001f]/);
});

test('a secret that reaches over the end of what is kept is not kept in part', () => {
  expect(toExample(`${'words and '.repeat(18)}token=${'s'.repeat(100)}`)).not.toContain('sss');
});
