import { defineProbe, type ProbeType } from '../contract.ts';
import { kvEventsConfig } from './config.ts';
import { LATE_MS, REPLAY_MS } from './drain-times.ts';
import { kvEventValues } from './values.ts';

/** Subscribes to an inference engine's KV-cache events and accounts for every position of their sequence. */
export const zmqKvEventsProbe: ProbeType = defineProbe({
  type: 'zmq-kv-events',
  summary:
    "Subscribes to vLLM's KV-cache events: loss, order, duplicates, restarts, staleness, delay and steps of the engine's clock.",
  config: kvEventsConfig,
  values: kvEventValues,
  defaults: { intervalMs: 1000, timeoutMs: 1000 },
  onTimeout: 'unknown',
  timeoutMeaning:
    'A sample only reads what the subscription has counted, so a missed one says nothing about the service.',
  example: `name: kv-events
type: zmq-kv-events
interval: 1s
timeout: 1s
config:
  events: tcp://vllm:5557
  replay: tcp://vllm:5558
  stale: 5s
  expectTraffic: true
`,
  instrument: ({ events, topic, ranks }) => [events, topic, ...(ranks > 1 ? [`${ranks} ranks`] : [])].join(' '),
  drainMs: (config) => (config.replay === undefined ? LATE_MS : LATE_MS + REPLAY_MS),
  open: async (config, context) => {
    const { openSession } = await import('./session.ts');
    return openSession(config, context);
  },
});
