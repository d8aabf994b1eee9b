import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';

/** An API server that takes longer does not hold up the run. */
const OPENING_LOOK_MS = 1_000;

/** The drain looks once more. */
const DRAIN_MS = 5_000;

/** Whether enough pods of a workload are ready, as the API server knows it. */
export const k8sReadyProbe = defineProbe<Config>({
  type: 'k8s-ready',
  summary:
    'Lists the pods of a workload: how many are ready, which were restarted, killed for want of memory or replaced. Good while enough are ready, as the API server knows it. Pods that were never seen are no answer: the selector is most likely wrong.',
  config,
  values: {
    ready: { unit: '1', kind: 'level', help: 'pods that are ready and are not being deleted' },
    wanted: { unit: '1', kind: 'level', help: 'pods that the workload wants; with `selector` what `atLeast` says' },
    restarts: {
      unit: '1',
      kind: 'count',
      help: 'restarts of containers; those of a pod between the last look and its end are not known',
    },
    oomKilled: {
      unit: '1',
      kind: 'count',
      help: 'containers that were killed since they had used up their memory; a least number where one ended several times between two looks',
    },
    replaced: {
      unit: '1',
      kind: 'count',
      help: 'pods that were there and are gone: deleted, evicted, replaced, scaled away',
    },
  },
  defaults: { intervalMs: 1000, timeoutMs: 3000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'Without an answer from the API server nobody knows; the pods may be fine.',
  drainMs: () => DRAIN_MS,
  example: `name: engines-ready
type: k8s-ready
interval: 1s
config:
  namespace: kv-sync-test
  workload: deployment/vllm
  atLeast: 60%
`,
  async open(config, context) {
    const [{ openPodsClient }, { K8sReadySession }] = await Promise.all([
      import('../lib/pods/open.ts'),
      import('./session.ts'),
    ]);
    const session = new K8sReadySession(config, context, await openPodsClient(config, context));
    // What was before is no news: counts begin with this look, or else with the first that succeeds.
    await session.sample(AbortSignal.timeout(Math.min(OPENING_LOOK_MS, context.timeoutMs)));
    return session;
  },
});
