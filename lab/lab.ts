/**
 * Real servers on loopback, without Docker, and workloads that run on them.
 *
 *     await using lab = await startLab({ services: ['engine', 'toxiproxy', 'prometheus'] });
 *     lab.variables.ENGINE_EVENTS                                  // through the proxy "engine-events"
 *     await lab.control('engine', { command: 'lose', batches: 3 }) // see workloads/engine/commands.ts
 *     await lab.state('engine')                                    // what really happened
 *     lab.server('worker').pidFile                                 // kill what it names; `node lab/launch.ts ${WORKER_SPEC}` starts it again
 *
 * - Choosing a service chooses what it needs (`worker` brings `temporal` and `kafka`). With `toxiproxy`, the links
 *   engine-events, engine-replay, engine-http, worker-temporal, worker-kafka and consumer-kafka go through proxies of
 *   these names; names ending in _DIRECT, TEMPORAL_ADDRESS and KAFKA_BROKERS go past them.
 * - Prometheus learns of its targets and its Alertmanager 5 s after its start; then it scrapes every second.
 * - `variables` also lie in `<path>/lab.env`.
 * - All processes end with `stop()`, when this process ends, or, if it was killed with -9, when the next lab starts.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noProgress, type Progress } from './getting/progress.ts';
import { layOut, type ServiceName, type WorkloadName } from './layout.ts';
import { claimFolder, type LabFolder, labRoot } from './processes/lab-folder.ts';
import { createResolver } from './resolve.ts';
import type { Server } from './servers/server.ts';
import { type ServiceContext, type ServiceOptions, services } from './services.ts';
import { formatVariables, type Variables, variablesOf } from './variables.ts';

export type { ServiceName, WorkloadName } from './layout.ts';
export type { Server } from './servers/server.ts';
export type { Variables } from './variables.ts';

export const allServices = Object.keys(services) as ServiceName[];

export interface LabOptions extends ServiceOptions {
  services: readonly ServiceName[];
  /** Names the lab's folder, so that there is only one of this name; without it the name is random. */
  name?: string;
  /** Further proxies; each is found in `PROXY_<NAME>`. */
  proxies?: readonly { name: string; upstream: string }[];
  progress?: Progress;
}

export interface Lab extends AsyncDisposable {
  path: string;
  variables: Variables;
  server: (name: ServiceName) => Server;
  /** Tells a workload what to do; gives its state after that. Rejects with the workload's answer if it refuses. */
  control: (name: WorkloadName, command: object) => Promise<unknown>;
  state: (name: WorkloadName) => Promise<unknown>;
  /** Ends every process and removes the folder. */
  stop: () => Promise<void>;
}

export async function startLab(options: LabOptions): Promise<Lab> {
  const progress = options.progress ?? noProgress;
  const chosen = withNeeds(options.services);
  const folder = await claimFolder(labRoot(), options.name);
  const layout = await layOut(chosen, options.proxies);
  const servers = new Map<ServiceName, Server>();
  const stop = () => stopAll(folder, [...servers.values()]);
  try {
    await startAll({ folder, layout, chosen, resolver: createResolver(progress), options }, servers, progress);
    const variables = variablesOf(folder.path, layout, [...servers.values()], options);
    await writeFile(join(folder.path, 'lab.env'), formatVariables(variables));
    return { path: folder.path, variables, ...access(servers, variables), stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function withNeeds(wanted: readonly ServiceName[]): Set<ServiceName> {
  const chosen = new Set<ServiceName>();
  const choose = (name: ServiceName) => {
    if (chosen.has(name)) return;
    services[name].needs.forEach(choose);
    chosen.add(name);
  };
  wanted.forEach(choose);
  return chosen;
}

/** Starts all at once, each as soon as what it needs is running; waits for all, also when one fails. */
async function startAll(context: ServiceContext, servers: Map<ServiceName, Server>, progress: Progress): Promise<void> {
  const starting = new Map<ServiceName, Promise<void>>();
  const start = (name: ServiceName): Promise<void> => {
    const known = starting.get(name) ?? startAfterNeeds(name);
    starting.set(name, known);
    return known;
  };
  async function startAfterNeeds(name: ServiceName): Promise<void> {
    await Promise.all([...precededBy(name, context.chosen)].map(start));
    const began = performance.now();
    servers.set(name, await services[name].start(context));
    progress(`${name}: running after ${Math.round(performance.now() - began)} ms`);
  }
  const results = await Promise.allSettled([...context.chosen].map(start));
  const failures = new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : [])));
  if (failures.size > 0) throw new Error([...failures].map(({ message }) => message).join('\n'));
}

/** A workload whose links are proxied cannot connect before the proxy listens. */
function precededBy(name: ServiceName, chosen: ReadonlySet<ServiceName>): readonly ServiceName[] {
  const { needs } = services[name];
  return needs.length > 0 && chosen.has('toxiproxy') ? [...needs, 'toxiproxy'] : needs;
}

async function stopAll(folder: LabFolder, servers: readonly Server[]): Promise<void> {
  const results = await Promise.allSettled(servers.map((server) => server.stop()));
  await rm(folder.path, { recursive: true, force: true });
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function access(servers: ReadonlyMap<ServiceName, Server>, variables: Variables) {
  const faceOf = (name: WorkloadName, what: 'CONTROL' | 'STATE') => {
    const url = variables[`${name.toUpperCase()}_${what}`];
    if (url === undefined) throw new Error(`this lab has no ${name}`);
    return url;
  };
  return {
    server: (name: ServiceName) => {
      const server = servers.get(name);
      if (server === undefined) throw new Error(`this lab has no ${name}`);
      return server;
    },
    control: (name: WorkloadName, command: object) =>
      callJson(faceOf(name, 'CONTROL'), { method: 'POST', body: JSON.stringify(command) }),
    state: (name: WorkloadName) => callJson(faceOf(name, 'STATE'), {}),
  };
}

async function callJson(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  return JSON.parse(text);
}
