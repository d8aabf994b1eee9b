/**
 * Emulates an inference gateway that learns from its engines' KV-cache events which of them holds what, and routes by
 * it: a program of its own, started by the lab. `POST /control` takes the commands of `gateway/commands.ts`, `GET /state`
 * tells what it really knows.
 */
import { Registry } from 'prom-client';
import { askForCompletion } from './engine/completions.ts';
import { serveFace } from './face.ts';
import { type GatewayCommand, gatewayCommand } from './gateway/commands.ts';
import { createConversations } from './gateway/conversations.ts';
import { type Defect, switchedOn } from './gateway/defects.ts';
import { followEngines } from './gateway/engines.ts';
import { createEventMetrics } from './gateway/event-metrics.ts';
import { createForwarding } from './gateway/forwarding.ts';
import { listEnginePods, type PodSelection } from './gateway/pod-list.ts';
import type { EnginePod } from './gateway/pods.ts';
import { createPrefixIndex } from './gateway/prefix-index.ts';
import { createRouter } from './gateway/routing.ts';
import { createRoutingMetrics } from './gateway/routing-metrics.ts';
import { endOnSignals, ownConfig } from './own-config.ts';
import { say } from './own-log.ts';
import { keepPace } from './steady-pace.ts';

export interface GatewayConfig {
  /** Address to listen on; loopback if not given. */
  host?: string;
  httpPort: number;
  /** The engines themselves, or how to find their pods. */
  engines: readonly EnginePod[] | PodSelection;
  defects: readonly Defect[];
  requestsPerSecond: number;
  answerWithinMs: number;
}

const model = 'lab-model';
const summaryEveryMs = 10_000;
const config = ownConfig<GatewayConfig>();
const [metrics, eventMetrics] = [new Registry(), new Registry()];
const defects = switchedOn(config.defects);
const index = createPrefixIndex(defects);

const engines = followEngines({ list, index, defects, metricsOf: createEventMetrics(eventMetrics), say });
const route = createRouter({ pods: engines.ready, index, defects, metrics: createRoutingMetrics(metrics, model) });
const forwarding = createForwarding({ registry: metrics, route, answerWithinMs: config.answerWithinMs, say });
const nextPrompt = createConversations(8);
const traffic = keepPace(config.requestsPerSecond, () => askForCompletion(config.httpPort, nextPrompt()));

await serveFace<GatewayCommand>({
  ...(config.host === undefined ? {} : { host: config.host }),
  port: config.httpPort,
  metrics: { contentType: metrics.contentType, metrics: shownMetrics },
  command: gatewayCommand,
  obey,
  state: () => ({
    defects,
    ...engines.state(),
    prefixes: index.prefixes(),
    requestsPerSecond: traffic.perSecond(),
    totals: forwarding.totals(),
  }),
  routes: { 'POST /v1/completions': forwarding.route },
});
endOnSignals(engines.close);
setInterval(sayHowItGoes, summaryEveryMs);

async function list(): Promise<EnginePod[]> {
  return 'namespace' in config.engines ? await listEnginePods(config.engines) : [...config.engines];
}

async function shownMetrics(): Promise<string> {
  const shown = defects.noEventMetrics ? [metrics] : [metrics, eventMetrics];
  return (await Promise.all(shown.map((registry) => registry.metrics()))).join('\n');
}

function sayHowItGoes(): void {
  const byStatus = Object.entries(forwarding.totals().byStatus).map(
    ([status, count]) => `${count} of status ${status}`,
  );
  say('INFO', `${engines.ready().length} engines are ready; answers so far: ${byStatus.join(', ') || 'none'}`);
}

function obey(command: GatewayCommand): void {
  if (command.command === 'traffic') traffic.set(command.perSecond);
  else if (command.command === 'reconnect') engines.reconnect();
  else if (command.command === 'refuse') forwarding.refuse(command.share, command.forMs);
  else turn(command.name, command.on);
}

function turn(name: Defect, on: boolean): void {
  if (defects[name] === on) return;
  defects[name] = on;
  if (name === 'noConnectionWatch') engines.reconnect();
}
