import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';
import { patternValues, values } from './values.ts';

/** An API server that takes longer does not hold up the run. */
const OPENING_LOOK_MS = 1_000;

/** The drain looks once more. */
const DRAIN_MS = 5_000;

/** What a workload says in its logs while it is being broken. */
export const podLogsProbe = defineProbe<Config>({
  type: 'pod-logs',
  summary:
    'Reads what comes to the logs of pods, through restarts, and counts lines, errors and what patterns match: what must, may and must not be said in a phase. Good where all was read and nothing forbidden came; what could not be read is missing, never free of errors.',
  config,
  values,
  configValues: ({ patterns }) => patternValues(patterns),
  defaults: { intervalMs: 2000, timeoutMs: 5000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'The lines are still there: the next reading that succeeds accounts for them.',
  drainMs: () => DRAIN_MS,
  example: `# Each pattern is a count, which objectives limit in a phase:
#   must:      {phase: fault, indicator: {total: gateway-logs.names-peer}, atLeast: 1}
#   must not:  {phase: run, indicator: {total: gateway-logs.leaks-stack}, atMost: 0}
#   calms:     {phase: recovery, indicator: {timeToRecover: gateway-logs, good: {errorLinesPerSecond: {atMost: 0.5}}}, atMost: 30s}
name: gateway-logs
type: pod-logs
interval: 2s
config:
  namespace: aibrix-system
  workload: deployment/gateway-plugins
  patterns:
    - name: names-peer
      matches: (failed|refused|timed out|timeout).*vllm
      ignoreCase: true
    - name: leaks-stack
      matches: ^(goroutine \\d+ \\[|panic:)
      forbidden: true
`,
  async open(config, context) {
    const [{ openPodsClient }, { PodLogsSession }] = await Promise.all([
      import('../lib/pods/open.ts'),
      import('./session.ts'),
    ]);
    const session = new PodLogsSession(config, context, await openPodsClient(config, context));
    await session.sample(AbortSignal.timeout(Math.min(OPENING_LOOK_MS, context.timeoutMs)));
    return session;
  },
});
