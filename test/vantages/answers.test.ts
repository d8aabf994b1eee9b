import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClock, readDrained, readTimeline } from '../../src/vantages/sidecar/answers.ts';
import { probeSpec } from '../scheduler/test-plan.ts';

const probes = [probeSpec({ at: 'gateway' })];
const header = {
  ...{ type: 'header', schema: 'steadfast/vantage/v1', plan: 'p', digest: 'd', vantage: 'gateway' },
  ...{ instance: 'a', boot: 'b', version: '1', slotZero: 0, received: 1, fallenOut: 0 },
};
const sample = {
  ...{ type: 'sample', probe: 'port', vantage: 'gateway', slot: 1, due: 1, started: 1, ended: 2 },
  ...{ outcome: 'good', values: { ms: 1 } },
};
const trouble = { type: 'prober', vantage: 'gateway', of: 'stalled', from: 1, to: 2, ms: 1 };
const end = { type: 'next', cursor: 1, sent: 3, settledTo: 2 };

/** As text, since writing it out recurses. */
function withDetailNested(depth: number): string {
  return JSON.stringify({ ...sample, detail: 0 }).replace(
    '"detail":0',
    `"detail":${'['.repeat(depth)}${']'.repeat(depth)}`,
  );
}

function read(...lines: unknown[]) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return readTimeline(`${text}\n`, 'gateway', probes);
}

describe('an answer', () => {
  it('that is whole is read', () => {
    expect(read(header, sample, end)).toMatchObject({ header: { boot: 'b' }, entries: [sample], refused: 0, end });
  });

  it('may tell how its prober did', () => {
    expect(read(header, trouble, end)).toMatchObject({ entries: [trouble], refused: 0 });
  });

  const unusable: Record<string, unknown[]> = {
    'without its end': [header, sample],
    'without a header': [sample, end],
    'of another version': [{ ...header, schema: 'steadfast/vantage/v2' }, end],
    'whose instance has an enormous name': [{ ...header, instance: 'x'.repeat(1000) }, end],
    'whose instance would colour a terminal': [{ ...header, instance: '\u001b[31mall is well' }, end],
    'whose cursor is none': [header, { ...end, cursor: -1 }],
    'whose times are none': [{ ...header, received: '1e999' }, end],
    'that is a page': ['<html>', '</html>'],
  };

  it.each(Object.entries(unusable))('%s is not', (_, lines) => {
    expect(typeof read(...lines)).toBe('string');
  });

  const foreign: Record<string, object | string> = {
    'of a probe that the plan does not have': { ...sample, probe: 'other' },
    'that says it is from the runner': { ...sample, vantage: 'runner' },
    'with a value that nobody declared': { ...sample, values: { surprise: 1 } },
    'with such a value in a part': { ...sample, parts: [{ labels: {}, outcome: 'good', values: { surprise: 1 } }] },
    'that is an event of chaos': { type: 'chaos', experiment: 'e', at: 1, state: 'recovered' },
    'that opens the gate': { type: 'gate', experiment: 'e', at: 1, open: true },
    'that ends the run': { type: 'end', at: 1, cause: 'completed' },
    'with a number without bound': JSON.stringify(sample).replace('"ms":1', '"ms":1e999'),
    'that speaks of the runner itself': { ...trouble, vantage: 'runner' },
    'of a trouble that ended before it began': { ...trouble, from: 3 },
    'of a trouble that nobody knows': { ...trouble, of: 'tired' },
    'that is nothing': {},
    'that is nested without end': withDetailNested(400_000),
    'that is nested deeper than anything of ours': withDetailNested(100),
    'that is enormous': { ...sample, reason: 'x'.repeat(2_000_000) },
    'with more parts than a probe may have': {
      ...sample,
      parts: Array(1001).fill({ labels: {}, outcome: 'good', values: {} }),
    },
    'whose counts cover a time that ends before it begins': { ...sample, covers: [2, 1] },
  };

  it.each(Object.entries(foreign))('leaves out a line %s', (_, line) => {
    expect(read(header, line, sample, end)).toMatchObject({ entries: [sample], refused: 1 });
  });

  it('may be any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readTimeline(text, 'gateway', probes);
        readClock(text);
        readDrained(text);
        readTimeline(`${JSON.stringify(header)}\n${text}\n${JSON.stringify(end)}\n`, 'gateway', probes);
      }),
    );
  });
});
