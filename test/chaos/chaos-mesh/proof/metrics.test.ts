/** What the lines that a chaos-daemon exports say of a pod's network. */
import { describe, expect, test } from 'vitest';
import { readPodNetworks, risen } from '../../../../src/chaos/chaos-mesh/proof/daemon/pod-network.ts';
import { dropRules, metricsOf, quietPod } from './daemon-text.ts';

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
