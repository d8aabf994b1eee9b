import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { switchedOn } from '../../../../lab/workloads/gateway/defects.ts';
import { createPrefixIndex } from '../../../../lab/workloads/gateway/prefix-index.ts';
import { createRouter } from '../../../../lab/workloads/gateway/routing.ts';
import { createRoutingMetrics } from '../../../../lab/workloads/gateway/routing-metrics.ts';

const ports = { httpPort: 8000, eventsPort: 5557, replayPort: 5558 };
const podNamed = (key: string) => ({ key, address: '127.0.0.1', ...ports, ready: true, life: '1' });
const prompt = Array.from({ length: 64 }, (_, token) => token);

function router(names: string[], learnFromRouting = false) {
  const registry = new Registry();
  const defects = { ...switchedOn([]), learnFromRouting };
  const index = createPrefixIndex(defects);
  const metrics = createRoutingMetrics(registry, 'm');
  const route = createRouter({ pods: () => names.map(podNamed), index, defects, metrics });
  const learn = (pod: string, blocks: number) =>
    index.apply(pod, {
      kind: 'BlockStored',
      blocks: Array.from({ length: blocks }, (_, block) => BigInt(block)),
      parent: undefined,
      tokens: prompt.slice(0, blocks * 16),
      blockSize: 16,
    });
  return { route, learn, shown: () => registry.metrics() };
}

describe('a request goes to', () => {
  test('the engine that holds the longest prefix, however busy', async () => {
    const { route, learn, shown } = router(['a', 'b', 'c']);
    learn('a', 1);
    learn('b', 3);
    for (let time = 0; time < 5; time++) expect(route(prompt)).toMatchObject({ pod: { key: 'b' }, matchedBlocks: 3 });
    expect(await shown()).toMatch(/routing_decisions_total\{.*match_percent_bucket="51-75"\} 5/);
    expect(await shown()).toMatch(/routing_selection_total\{.*selection="prefix_match"\} 5/);
  });

  test('the engine with fewest requests in flight, where none holds anything', () => {
    const { route } = router(['a', 'b', 'c']);
    const chosen = Array.from({ length: 3 }, () => route(prompt)!.pod.key);
    expect(chosen.sort()).toEqual(['a', 'b', 'c']);
  });

  test('another engine than the one that holds it, once that one has far more requests than the others', async () => {
    const { route, learn, shown } = router(['a', 'b', 'c']);
    learn('a', 4);
    const chosen = Array.from({ length: 20 }, () => route(prompt)!.pod.key);
    expect(chosen.slice(0, 8)).toEqual(Array(8).fill('a'));
    expect(chosen).toContain('b');
    expect(await shown()).toMatch(/load_imbalance_total\S+ [1-9]/);
  });

  test('nobody, where no engine is ready', async () => {
    const { route, shown } = router([]);
    expect(route(prompt)).toBeUndefined();
    expect(await shown()).toMatch(/routing_errors_total\{.*reason="no_target_pod"\} 1/);
  });
});

test('a request that was answered is no longer in flight', () => {
  const { route } = router(['a', 'b']);
  const first = route(prompt)!;
  route(prompt);
  first.done();
  first.done();
  expect(route(prompt)!.pod.key).toBe(first.pod.key);
});

test('a gateway that learns from routing sends the same prompt to the same engine without any event', () => {
  const { route } = router(['a', 'b', 'c'], true);
  const first = route(prompt)!;
  expect(first.matchedBlocks).toBe(0);
  expect(route(prompt)).toMatchObject({ pod: { key: first.pod.key }, matchedBlocks: 4 });
});
