/**
 * Emulates an inference engine that publishes its KV-cache events: a program of its own, started by the lab.
 * `POST /control` takes the commands of `engine/commands.ts`, `GET /state` tells what really happened.
 */
import { Registry } from 'prom-client';
import { type EngineCommand, engineCommand } from './engine/commands.ts';
import { askForCompletion, type Conduct, completionsRoute } from './engine/completions.ts';
import { type KvEngine, startKvEngine } from './engine/kv-engine.ts';
import { createLedger } from './engine/ledger.ts';
import { type Release, releases } from './engine/releases.ts';
import { serveFace } from './face.ts';
import { endOnSignals, ownConfig } from './own-config.ts';
import { keepPace, type Pace } from './steady-pace.ts';

export interface EngineConfig {
  /** Address to listen on; loopback if not given. */
  host?: string;
  httpPort: number;
  eventsPort: number;
  replayPort: number;
  topic: string;
  release: Release;
  hashes: 'int' | 'bytes';
  bufferSteps: number;
  cacheBlocks: number;
  batchesPerSecond: number;
  requestsPerSecond: number;
  latencyMs: number;
}

const config = ownConfig<EngineConfig>();
const metrics = new Registry();
const ledger = createLedger(metrics);
const conduct: Conduct = { latencyMs: config.latencyMs, failing: 0 };
let release = config.release;

const engine = await startKvEngine({ ...config, rules: () => releases[release], ledger });
const traffic = keepPace(config.requestsPerSecond, () => askForCompletion(config.httpPort));

await serveFace<EngineCommand>({
  ...(config.host === undefined ? {} : { host: config.host }),
  port: config.httpPort,
  metrics,
  command: engineCommand,
  obey: (command) => obey(command, engine, traffic),
  state: () => ({
    release,
    batchesPerSecond: engine.rate(),
    nextSequence: engine.nextSequence(),
    cachedBlocks: engine.cachedBlocks(),
    cacheFingerprint: engine.cacheFingerprint(),
    ...conduct,
    requestsPerSecond: traffic.perSecond(),
    totals: ledger.totals(),
  }),
  routes: {
    'POST /v1/completions': completionsRoute({ registry: metrics, model: 'lab-model', conduct, serve: engine.serve }),
  },
});
endOnSignals(() => engine.close());

function obey(command: EngineCommand, kv: KvEngine, requests: Pace): Promise<void> | void {
  switch (command.command) {
    case 'rate':
      return kv.setRate(command.perSecond);
    case 'restart':
      return kv.restart(command.downMs);
    case 'stall':
      return kv.stall(command.forMs);
    case 'shut':
      return kv.shut(command.forMs);
    case 'stepBack':
      return kv.stepBack(command.by);
    case 'clearCache':
      return kv.clearCache();
    case 'contradict':
      return kv.contradict(command.batches);
    case 'release':
      release = command.release;
      return;
    case 'latency':
      conduct.latencyMs = command.ms;
      return;
    case 'failRequests':
      conduct.failing = command.share;
      return;
    case 'traffic':
      return requests.set(command.perSecond);
    default:
      return kv.befall(command);
  }
}
