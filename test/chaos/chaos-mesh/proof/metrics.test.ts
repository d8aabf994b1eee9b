/** Reading what a chaos-daemon exports: lines of Prometheus' text, and what they say of a pod's network. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMetrics } from '../../../../src/chaos/chaos-mesh/proof/daemon/metrics-text.ts';
import { readPodNetworks, risen } from '../../../../src/chaos/chaos-mesh/proof/daemon/pod-network.ts';
import { dropRules, metricsOf, quietPod } from './daemon-text.ts';

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

describe('a pod’s network', () => {
  test('shows the packets of rules in reach, once for all its containers', () => {
    const [network] = readPodNetworks(metricsOf({ pod: 'web', containers: ['a', 'b'], rules: dropRules(7) })).values();
    expect([...network!.dropped.values()]).toEqual([7]);
    expect(network).toMatchObject({ chaosRules: 1, qdiscs: 2 });
  });

  test('does not show rules that packets cannot reach any more', () => {
    const rules = dropRules(7).filter(({ chain }) => chain !== 'CHAOS-OUTPUT');
    const network = readPodNetworks(metricsOf({ pod: 'web', containers: ['a'], rules })).get('ns/web')!;
    expect(network.chaosRules).toBe(0);
    expect(network.dropped.size).toBe(0);
  });

  test('is seen only where the daemon could look into the pod', () => {
    const half = metricsOf({ pod: 'web', containers: ['a'], rules: dropRules(7) }).replace(/.*tcs_rules.*\n/g, '');
    expect(readPodNetworks(half + metricsOf(quietPod('other'))).has('ns/web')).toBe(false);
  });
});

describe('a rise', () => {
  test.each([
    ['counts from the earlier value', { r: 5 }, { r: 8 }, 3],
    ['counts a new rule from nothing', {}, { r: 4 }, 4],
    ['counts a counter that began anew from nothing', { r: 50 }, { r: 2 }, 2],
    ['is nothing where nothing moved', { r: 5 }, { r: 5 }, 0],
  ])('%s', (_, before, now, rise) => {
    expect(risen(new Map(Object.entries(before)), new Map(Object.entries(now)))).toBe(rise);
  });
});
