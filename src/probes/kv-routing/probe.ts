import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';
import { kvRoutingValues } from './values.ts';

/** Whether the gateway's picture of the engines' caches is true, as those feel it whose prompts have a beginning in common. */
export const kvRoutingProbe = defineProbe<Config>({
  type: 'kv-routing',
  summary:
    'Repeats prompts through an inference gateway and checks that each goes to the engine that holds most of it.',
  config,
  values: kvRoutingValues,
  defaults: { intervalMs: 2000, timeoutMs: 10_000 },
  onTimeout: 'unknown',
  timeoutMeaning:
    'A gateway that is slow to answer is bad long before; when the whole slot runs out of time, it was the questions to the engines that took it.',
  example: `name: kv-routing
type: kv-routing
interval: 2s
timeout: 10s
config:
  gateway: http://gateway-plugins.kv-sync-test:8080
  model: lab-model
  targetHeader: target-pod
  engineUrl: http://{target}
`,
  async open(config, context) {
    const [{ createHttpClient }, { Engines }, { KvRoutingSession }] = await Promise.all([
      import('../../clients/http.ts'),
      import('./engines.ts'),
      import('./session.ts'),
    ]);
    const { timeoutMs } = context;
    const { bearerTokenFile, caFile, clientCertFile, clientKeyFile, headers, engineAccess } = config;
    const gateway = await createHttpClient({
      baseUrl: config.gateway.replace(/\/+$/, ''),
      timeoutMs,
      keepAlive: false,
      maxResponseBytes: LONGEST_ANSWER_BYTES,
      ...{ bearerTokenFile, caFile, clientCertFile, clientKeyFile, headers },
    });
    const engines = new Engines(config, (baseUrl) =>
      createHttpClient({
        baseUrl,
        timeoutMs,
        keepAlive: false,
        maxResponseBytes: LONGEST_METRICS_BYTES,
        ...engineAccess,
      }),
    );
    await engines.meetConfigured();
    return new KvRoutingSession(config, context, gateway, engines);
  },
});

const LONGEST_ANSWER_BYTES = 1024 * 1024;
const LONGEST_METRICS_BYTES = 8 * 1024 * 1024;
