/** What `check --cluster` looks at for several experiments together. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Manifest } from '../../../../src/chaos/chaos-mesh/manifest.ts';
import { inspectPlace } from '../../../../src/chaos/chaos-mesh/preflight/inspect.ts';
import { bandwidth, chaos, NAMESPACE, openPreflightStage, type PreflightStage } from './preflight-stage.ts';

let stage: PreflightStage;
beforeEach(async () => {
  stage = await openPreflightStage();
});
afterEach(() => stage[Symbol.asyncDispose]());

function inspected(plan: string, manifest: Manifest) {
  return {
    ...{ experiment: 'breaks', plan, digest: 'sha256:abc', durationMs: 1_000 },
    limits: { maxFaultMs: 60_000, maxTargets: 3, namespaces: [NAMESPACE], abortWhen: [] },
    config: { kubeconfig: stage.peer.kubeconfig, manifest: { ...manifest } },
  };
}

test('each daemon is looked at once, and its line holds for all experiments that need it', async () => {
  const partition = chaos('NetworkChaos', { action: 'partition', direction: 'to' });
  const plans = [inspected('one', bandwidth), inspected('two', partition), inspected('three', bandwidth)];
  const lines = await inspectPlace(plans, AbortSignal.timeout(15_000));

  expect(stage.daemon.accepted(), 'each look is a connection of its own').toBe(1);
  expect(lines.map(({ text }) => text)).toContain('one/breaks and 2 more: the chaos-daemon answers on node node-1');
});

test('what may not be listed is said, and is no fault of anybody', async () => {
  stage.answer(({ method, path }) => method === 'GET' && path.endsWith('/stresschaos'), { status: 403 });
  const lines = await inspectPlace([inspected('one', bandwidth)], AbortSignal.timeout(15_000));

  expect(lines.filter(({ text }) => text.includes('somebody else'))).toMatchObject([
    { state: 'warning', text: expect.stringContaining('in effect in shop is not known: may not list stresschaos') },
  ]);
});
