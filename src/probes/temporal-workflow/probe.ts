import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';

/** A canary workflow per slot, judged by its result: Temporal calls a workflow *Completed* that returned a failure. */
export const temporalWorkflowProbe = defineProbe<Config>({
  type: 'temporal-workflow',
  summary: 'Starts a workflow of your type on your task queue in each slot and judges the result it returns.',
  config,
  values: {
    completionMs: { unit: 'ms', kind: 'level', help: 'from the request to start it to the expected result' },
    scheduleToStartMs: {
      unit: 'ms',
      kind: 'level',
      help: 'how long its first task waited for a worker, by the history of the server',
    },
    startMs: { unit: 'ms', kind: 'level', help: 'how long the server took to accept it' },
    started: { unit: '1', kind: 'count', help: 'canaries that the server accepted' },
    completed: { unit: '1', kind: 'count', help: 'canaries with the expected result within their slot' },
    completedLate: {
      unit: '1',
      kind: 'count',
      help: 'canaries with the expected result after their slot had run out; known at the end of the experiment',
    },
    neverCompleted: {
      unit: '1',
      kind: 'count',
      help: 'canaries that were accepted and brought no expected result by the end of the experiment',
      needsTraffic: 'started',
    },
  },
  defaults: { intervalMs: 5000, timeoutMs: 10_000 },
  onTimeout: 'bad',
  timeoutMeaning: 'Whoever waits for such a workflow would not have had its result either.',
  example: `name: goal-runs
type: temporal-workflow
interval: 2s
timeout: 10s
config:
  address: temporal-frontend.temporal:7233
  namespace: bytebot
  taskQueue: bytebot-goal-runs
  workflowType: goalRunWorkflow
  args:
    - {goalRunId: $ID, tenantId: steadfast, mode: CAPABILITY_PROBE}
  nudge: {kind: update, name: userPromptResolved}
  expect: {status: COMPLETED}
`,
  async open(config, context) {
    const [{ Link }, { TemporalSession }] = await Promise.all([import('./link.ts'), import('./session.ts')]);
    return new TemporalSession(config, context, await Link.open(config));
  },
});
