import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';
import { aibrixGatewayValues } from './values.ts';

/** What AIBrix's gateway says of itself. It believes itself more than it should: `kv-routing` measures what comes of it. */
export const aibrixGatewayProbe = defineProbe<Config>({
  type: 'aibrix-gateway',
  summary:
    "Reads what AIBrix's gateway counts of the engines' events and of its routing; an absent series is never a 0.",
  config,
  values: aibrixGatewayValues,
  defaults: { intervalMs: 5000, timeoutMs: 2000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'Metrics that cannot be read say nothing about the routing.',
  example: `name: gateway-counters
type: aibrix-gateway
interval: 5s
timeout: 2s
config:
  url: http://gateway-plugins.kv-sync-test:8080/metrics
  require: [connections, eventsReceived, missedEvents]
`,
  async open(config, context) {
    const { url, require, maxPods, ...access } = config;
    const [{ createHttpClient }, { AibrixGatewaySession }] = await Promise.all([
      import('../../clients/http.ts'),
      import('./session.ts'),
    ]);
    const client = await createHttpClient({
      baseUrl: url,
      timeoutMs: context.timeoutMs,
      maxResponseBytes: 16 * 1024 * 1024,
      ...access,
    });
    const session = new AibrixGatewaySession(client, config, context);
    await session.lookFirst();
    return session;
  },
});
