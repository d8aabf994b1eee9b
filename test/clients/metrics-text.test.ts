import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMetrics } from '../../src/clients/metrics-text.ts';

const wanted = new Set(['a_total']);

describe('a line of metrics', () => {
  test.each([
    ['without labels', 'a_total 3', [{ name: 'a_total', labels: {}, value: 3 }]],
    ['with labels', 'a_total{x="1",y="two"} 3.5', [{ name: 'a_total', labels: { x: '1', y: 'two' }, value: 3.5 }]],
    [
      'with a trailing comma and a time',
      'a_total{x="1",} 3 1700000000',
      [{ name: 'a_total', labels: { x: '1' }, value: 3 }],
    ],
    ['with escapes', 'a_total{x="a\\"b\\\\c\\nd}"} 1', [{ name: 'a_total', labels: { x: 'a"b\\c\nd}' }, value: 1 }]],
    ['with an exponent', 'a_total 1.5e+06', [{ name: 'a_total', labels: {}, value: 1_500_000 }]],
    ['of another metric is passed over', 'b_total 3', []],
    ['that is a comment is passed over', '# HELP a_total says a_total', []],
    ['whose labels do not end is passed over', 'a_total{x="1" 3', []],
    ['whose quote does not end is passed over', 'a_total{x="1} 3', []],
    ['without a value is passed over', 'a_total{x="1"}', []],
    ['whose value is no number is passed over', 'a_total{x="1"} NaN', []],
    ['whose value has no end is passed over', 'a_total{x="1"} +Inf', []],
    ['that is longer than allowed is passed over', `a_total{x="${'y'.repeat(9_000)}"} 3`, []],
    ['with more labels than allowed is passed over', `a_total{${'x="1",'.repeat(40)}} 3`, []],
  ])('%s', (_, text, lines) => {
    expect(readMetrics(text, wanted)).toEqual(lines);
  });

  test('may be anything: reading it never throws', () => {
    void fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void readMetrics(`a_total{${text}\na_total ${text}`, wanted),
      ),
    );
  });

  test('takes no longer than its length deserves, however it is made', () => {
    const hostile = `a_total{x="${'\\'.repeat(8_000)}\n`.repeat(200);
    const began = performance.now();
    readMetrics(hostile, wanted);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
