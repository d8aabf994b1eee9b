import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { claimFolder, labRoot } from '../../lab/processes/lab-folder.ts';
import { launch, readSpec } from '../../lab/processes/launch.ts';
import { readPidFile, signalProcess } from '../../lab/processes/pid-file.ts';
import { freePorts } from '../../lab/processes/ports.ts';
import { type Server, startServer } from '../../lab/servers/server.ts';
import type { EngineCommand } from '../../lab/workloads/engine/commands.ts';
import type { EngineConfig } from '../../lab/workloads/engine.ts';
import type { GatewayCommand } from '../../lab/workloads/gateway/commands.ts';
import type { EnginePod } from '../../lab/workloads/gateway/pods.ts';
import type { GatewayConfig } from '../../lab/workloads/gateway.ts';

/** A process of the stage, and how it is told what to do. */
export interface Actor<Command> {
  url: string;
  control(command: Command): Promise<void>;
  state(): Promise<Record<string, unknown>>;
}

/** Engines and the gateway that learns from them, as plain processes on loopback. */
export interface GatewayStage {
  engines: Actor<EngineCommand>[];
  gateway: Actor<GatewayCommand>;
  /** Ends an engine's process at once, and starts it again at the same address. */
  kill(engine: number, meanwhile: () => Promise<unknown>): Promise<void>;
  /** Waits until the gateway holds for each engine what the engine holds itself. */
  untilKnown(): Promise<boolean>;
  stop(): Promise<void>;
}

const ENGINES = 3;

export async function stageGateway(): Promise<GatewayStage> {
  const folder = await claimFolder(labRoot());
  const ports = await freePorts(1 + 3 * ENGINES);
  const [gatewayPort, ...enginePorts] = ports as [number, ...number[]];
  const pods = Array.from({ length: ENGINES }, (_, at) => podAt(at, enginePorts.slice(3 * at, 3 * at + 3)));
  const start = (name: string, program: string, config: { httpPort: number }) =>
    startServer(folder, {
      name,
      command: [process.execPath, join(import.meta.dirname, '../../lab/workloads', program), JSON.stringify(config)],
      readiness: { kind: 'http', url: `http://127.0.0.1:${config.httpPort}/healthz` },
    });
  const servers: Server[] = await Promise.all(
    pods.map((pod, at) => start(`engine-${at}`, 'engine.ts', engineConfig(pod))),
  );
  servers.push(await start('gateway', 'gateway.ts', gatewayConfig(gatewayPort, pods)));
  const engines = pods.map(({ httpPort }) => actorAt<EngineCommand>(httpPort));
  const gateway = actorAt<GatewayCommand>(gatewayPort);
  return {
    engines,
    gateway,
    kill: async (engine, meanwhile) => {
      const { pidFile, specFile } = servers[engine]!;
      signalProcess((await readPidFile(pidFile))!, 'SIGKILL');
      await meanwhile();
      await launch(await readSpec(specFile));
    },
    untilKnown: () => untilKnown(engines, gateway),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(folder.path, { recursive: true, force: true });
    },
  };
}

function podAt(at: number, [httpPort, eventsPort, replayPort]: number[]): EnginePod {
  const ports = { httpPort: httpPort!, eventsPort: eventsPort!, replayPort: replayPort! };
  return { key: `lab/vllm-${at}`, address: '127.0.0.1', ...ports, ready: true, life: '1' };
}

function engineConfig({ httpPort, eventsPort, replayPort }: EnginePod): EngineConfig {
  return {
    ...{ httpPort, eventsPort, replayPort, topic: '', release: '0.33', hashes: 'int', bufferSteps: 10_000 },
    ...{ cacheBlocks: 400, batchesPerSecond: 2, requestsPerSecond: 0, latencyMs: 2 },
  };
}

function gatewayConfig(httpPort: number, engines: readonly EnginePod[]): GatewayConfig {
  return { httpPort, engines, defects: [], requestsPerSecond: 0, answerWithinMs: 5_000 };
}

function actorAt<Command>(port: number): Actor<Command> {
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    control: async (command) => {
      const response = await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify(command) });
      if (!response.ok) throw new Error(`${url} refuses ${JSON.stringify(command)}: ${await response.text()}`);
    },
    state: async () => (await (await fetch(`${url}/state`)).json()) as Record<string, unknown>,
  };
}

async function untilKnown(engines: readonly Actor<EngineCommand>[], gateway: Actor<GatewayCommand>): Promise<boolean> {
  const until = performance.now() + 15_000;
  while (performance.now() < until) {
    if (await isKnown(engines, gateway)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function isKnown(engines: readonly Actor<EngineCommand>[], gateway: Actor<GatewayCommand>): Promise<boolean> {
  const truth = await Promise.all(engines.map(async (engine) => (await engine.state())['cacheFingerprint']));
  const known = ((await gateway.state())['engines'] as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
  return truth.join() === known.join();
}
