import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Loaded, loadFiles } from '../../src/plan/load.ts';
import { fakeRegistries } from './fake-registries.ts';

const GOOD = readFileSync(join(import.meta.dirname, '../plans/good/kv-event-sync.yaml'), 'utf8');
const LINES = GOOD.split('\n');

function loadText(text: string): Loaded {
  return loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, { LAG_GROUP: 'sync' });
}

/** Whatever was read: a plan, or at least one error; and each thing said points into the file. */
function expectAnswer(text: string): void {
  const { plans, diagnostics } = loadText(text);
  const lines = text.split('\n');
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(plans.length === 1 || errors.length > 0, `no plan and no error for:\n${text}`).toBe(true);
  for (const { line, column, message } of diagnostics) {
    expect(line, message).toBeGreaterThanOrEqual(1);
    expect(line, message).toBeLessThanOrEqual(lines.length);
    expect(column, message).toBeGreaterThanOrEqual(1);
    expect(column, message).toBeLessThanOrEqual(Math.max(...lines.map((each) => each.length)) + 1);
    expect(message).not.toBe('');
  }
}

test('a plan cut anywhere before its last objective gives an error with line and column', () => {
  const lastNeeded = GOOD.indexOf('  exporters:');
  fc.assert(
    fc.property(fc.nat(lastNeeded - 200), (end) => {
      const text = GOOD.slice(0, end);
      expectAnswer(text);
      const { plans, diagnostics } = loadText(text);
      const judged = text.includes('atLeast: 100%}') && diagnostics.every(({ severity }) => severity === 'warning');
      expect(plans.length === 0 || judged, text).toBe(true);
    }),
    { numRuns: 80 },
  );
});

test('a plan with any characters put in, taken out or changed is answered', () => {
  const characters = fc.constantFrom(...' \t\n\r:-[]{}"\'#&*!|>%@`,?~$\\0aZ\u0000\u2028\ufeff\ud800é😀');
  const edit = fc.record({
    at: fc.nat(GOOD.length),
    remove: fc.nat(8),
    put: fc.string({ unit: characters, maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce((all, { at, remove, put }) => all.slice(0, at) + put + all.slice(at + remove), GOOD);
      expectAnswer(text);
    }),
    { numRuns: 150 },
  );
});

test('a plan with lines taken out, doubled or swapped is answered', () => {
  const line = fc.nat(LINES.length - 1);
  const change = fc.tuple(fc.constantFrom('drop', 'double', 'swap'), line, line);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const lines = [...LINES];
      for (const [what, a, b] of changes) {
        if (what === 'drop') lines.splice(a, 1);
        else if (what === 'double') lines.splice(a, 0, lines[a] ?? '');
        else [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
      }
      expectAnswer(lines.join('\n'));
    }),
    { numRuns: 150 },
  );
});

test('any value in the place of any other is answered', () => {
  const value = fc.constantFrom(
    'null',
    '~',
    '[]',
    '{}',
    '""',
    '-1',
    '0',
    '1e400',
    '.nan',
    '.inf',
    'true',
    '"\\0"',
    '[[]]',
    '{a: b}',
    '99999999999999999999',
    '30s',
    '50%',
    `"\${X}"`,
  );
  const places = [...GOOD.matchAll(/: ([^{}[\],\n:"]+)(?=[,}\n])/g)].map(
    (match) => [match.index + 2, match[1]!.length] as const,
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, ([at, length], other) => {
      expectAnswer(GOOD.slice(0, at) + other + GOOD.slice(at + length));
    }),
    { numRuns: 200 },
  );
});

test('any bytes at all are answered', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectAnswer), { numRuns: 150 });
});
