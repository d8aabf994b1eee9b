/** The parameters of the shipped plans for the lab: where things are there. */
export function kvParameters(namespace: string): Record<string, string> {
  const inside = (name: string) => `${name}.${namespace}.svc.cluster.local`;
  return {
    ...monitoring,
    KV_NAMESPACE: namespace,
    GATEWAY_NAMESPACE: namespace,
    KV_ENGINE: inside('vllm-0.vllm'),
    KV_MODEL: 'lab-model',
    COMPLETIONS_URL: `http://${inside('gateway-plugins')}:8080/v1/completions`,
    GATEWAY_URL: `http://${inside('gateway-plugins')}:8080`,
    KV_PREFIX_WORDS: '40',
    GATEWAY_VANTAGE_URL: `http://${inside('steadfast-gateway')}:9780`,
    STRESS_WORKERS: '1',
    STRESS_MEMORY: '64MB',
  };
}

/**
 * Two steps of a second and six events make a goal of about 3 s. One that a killed worker was at waits for up to 10 s for another worker: what
 * began last may need both.
 */
const GOALS_END_WITHIN = '15s';

export const workerParameters: Record<string, string> = {
  ...(process.env['FULL'] === '1' ? {} : { SETTLE: GOALS_END_WITHIN }),
  LAG_GROUP: 'bytebot-lab-consumers',
  STRESS_WORKERS: '1',
  STRESS_MEMORY: '64MB',
};

const monitoring = {
  PROMETHEUS_URL: 'http://prometheus.monitoring.svc.cluster.local:9090',
  PUSHGATEWAY_URL: 'http://pushgateway.monitoring.svc.cluster.local:9091',
};

/**
 * Short phases, so that all of them take minutes; `FULL=1` takes those of the plans. The lab's Prometheus knows minutes, not hours, and it has a goal run
 * or two at a time, of 3 s each, where others take minutes.
 */
export const lengths: Record<string, string> =
  process.env['FULL'] === '1'
    ? { BASELINE: '5m', BASELINE_STEP: '5s', IN_FLIGHT: '1', WATCH_EVERY: '500ms' }
    : {
        ...{ STEADY: '14s', FAULT: '14s', STRESS_FOR: '35s', RECOVERY: '24s', SETTLE: '5s', PAUSE: '5s' },
        ...{ SCENARIO_DEADLINE: '3m', MAX_FAULT: '4m' },
        // A container that is killed twice waits 10 s for its next start.
        ...{ RECOVER_WITHIN: '20s', EVENTS_WITHIN: '15s', GATEWAY_WITHIN: '15s' },
        ...{ PROBE_EVERY: '250ms', QUERY_EVERY: '500ms', CANARY_EVERY: '500ms', CANARY_TIMEOUT: '8s' },
        ...{ ROUTE_EVERY: '500ms', ROUTED_AT_LEAST: '5', WATCH_EVERY: '500ms', IN_FLIGHT: '1' },
        ...{ RATE_WINDOW: '8s', BASELINE: '2m', BASELINE_STEP: '2s' },
        // In three pods at once, on two processors: Chaos Mesh needs what is left to end it. Where its own webhook did not answer in 5 s, it forgot to.
        STRESS_LOAD: '40',
        // A small machine that does many things at once is not always as fast as before.
        ...{ TTFT_SLACK: '1', CANARY_SLACK: '3s', ENGINE_SHARE: '95%' },
      };

/**
 * The node with netem is a kernel in a process: what runs there is asked less often, which leaves enough looks in the short phases. Packets are
 * lost there, and TCP's next attempt may come as long after the fault as the fault was. It carries one engine or one worker, so that there is
 * nothing to choose from.
 */
export const seldom: Record<string, string> = {
  ...(process.env['FULL'] === '1'
    ? {}
    : {
        ...{ PROBE_EVERY: '500ms', CANARY_EVERY: '1s', ROUTE_EVERY: '30s', LOOK_EVERY: '10s', STEADY: '20s' },
        ...{ RECOVERY: '34s', RECOVER_WITHIN: '25s', EVENTS_WITHIN: '25s' },
      }),
  ...{ KV_ENGINES: '1', ROUTING_SEVERITY: 'warning', WORKERS: '1' },
};

/** As short as can be: for runs in which one promise is broken. What is broken late is broken later than any limit allows. */
export const shortest: Record<string, string> = {
  ...{ STEADY: '11s', FAULT: '6s', RECOVERY: '18s', SETTLE: '5s' },
  ...{ RECOVER_WITHIN: '10s', EVENTS_WITHIN: '10s', GATEWAY_WITHIN: '8s', KV_STALE: '2s' },
  ...{ PROBE_EVERY: '250ms', QUERY_EVERY: '300ms', CANARY_EVERY: '400ms', CANARY_TIMEOUT: '3s' },
  ...{
    ROUTE_EVERY: '250ms',
    ROUTED_AT_LEAST: '5',
    ROUTED_SHARE: '80%',
    LOOK_EVERY: '500ms',
    WATCH_EVERY: '500ms',
    IN_FLIGHT: '1',
  },
  ...{ RATE_WINDOW: '8s', BASELINE: '1m', BASELINE_STEP: '2s' },
  ...{ TTFT_SLACK: '0.2', CANARY_SLACK: '500ms', ENGINE_SHARE: '95%' },
};
