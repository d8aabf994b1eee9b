import type { ValueDeclaration } from '../../slo/model/plan.ts';
import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';

/**
 * A canary workflow per slot, or the application's own, judged by their results: Temporal calls a workflow *Completed* that returned a
 * failure.
 */
export const temporalWorkflowProbe = defineProbe<Config>({
  type: 'temporal-workflow',
  summary:
    'Starts a workflow of your type in each slot and judges the result it returns; or starts none, and follows those of your application to their end.',
  config,
  values: {
    completionMs: { unit: 'ms', kind: 'level', help: 'from the request to start it to the expected result' },
    scheduleToStartMs: {
      unit: 'ms',
      kind: 'level',
      help: 'how long its first task waited for a worker, by the history of the server; with `watch` the longest wait of those that ended since the last slot',
    },
    startMs: { unit: 'ms', kind: 'level', help: 'how long the server took to accept it' },
    started: {
      unit: '1',
      kind: 'count',
      help: 'canaries that the server accepted; with `watch` workflows that began',
    },
    completed: {
      unit: '1',
      kind: 'count',
      help: 'canaries with the expected result within their slot; with `watch` workflows that ended with it',
    },
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
    running: { unit: '1', kind: 'level', help: 'watched workflows that run, by the word of the server itself' },
    attempts: {
      unit: '1',
      kind: 'level',
      range: [1, Number.POSITIVE_INFINITY],
      help: 'the most attempts that a task of a watched workflow has had that runs',
    },
    ended: { unit: '1', kind: 'count', help: 'watched workflows that were seen to have ended, in whatever way' },
    failed: ending('that failed, or returned another result than the expected'),
    timedOut: ending('that ran out of their time'),
    terminated: ending('that were terminated'),
    cancelled: ending('that were cancelled'),
    moved: {
      unit: '1',
      kind: 'count',
      help: 'watched workflows that went on at another worker than the one that had them, by their history when they ended',
    },
    stillRunning: {
      unit: '1',
      kind: 'count',
      help: 'watched workflows that had not ended when the drain stopped waiting',
      needsTraffic: 'ended',
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
  follows: ({ watch }) => watch !== undefined,
  async open(config, context) {
    const [{ Link }, { sessionFor }] = await Promise.all([import('./link.ts'), import('./sessions.ts')]);
    return sessionFor(config, context, await Link.open(config));
  },
});

function ending(how: string): ValueDeclaration {
  return { unit: '1', kind: 'count', help: `watched workflows ${how}`, needsTraffic: 'ended' };
}
