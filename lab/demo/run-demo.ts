import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/slo/model/report.ts';
import { allServices, type Lab, type ServiceName, startLab } from '../lab.ts';
import { freePorts } from '../processes/ports.ts';
import { type Break, ENGINE_LATENCY_MS, plantWhenDue } from './breaks.ts';
import { alertsIn, eventually, pointsOf } from './waiting.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/steadfast.js');
const TTFT = 'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5s])))';

/** What a run of the demo's plan came to. */
export interface DemoRun {
  exit: number;
  report: Report | undefined;
  folder: string;
}

/** Which services a plan's variables belong to. */
const SERVICES_BY_PREFIX: Record<string, ServiceName[]> = {
  ENGINE_: ['engine'],
  TOXIPROXY_: ['toxiproxy'],
  TEMPORAL_: ['temporal', 'worker', 'generator'],
  WORKER_: ['worker'],
  KAFKA_: ['kafka', 'worker', 'generator', 'consumer'],
  CONSUMER_: ['consumer'],
  PROMETHEUS_: ['prometheus'],
  ALERTMANAGER_: ['alertmanager', 'prometheus'],
  PUSHGATEWAY_: ['pushgateway', 'prometheus', 'alertmanager'],
};

/** The services that a plan asks for by its `${NAMES}`. */
export async function servicesOf(plan: string): Promise<ServiceName[]> {
  const names = [...(await readFile(plan, 'utf8')).matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
  const wanted = Object.entries(SERVICES_BY_PREFIX).filter(([prefix]) => names.some((name) => name.startsWith(prefix)));
  return [...new Set(wanted.flatMap(([, services]) => services))];
}

/** A lab for the demo, with the alerting rules that ship. */
export async function startDemoLab(
  say: (text: string) => void,
  name = 'demo',
  services: readonly ServiceName[] = allServices,
): Promise<Lab> {
  const lab = await startLab({
    services,
    name,
    progress: say,
    rules: join(ROOT, 'deploy/alerts/steadfast.rules.yaml'),
    engine: { latencyMs: ENGINE_LATENCY_MS },
    generator: { goalsPerSecond: 2, steps: 1 },
  });
  if (services.includes('prometheus') && services.includes('engine')) await untilHealthy(lab);
  return lab;
}

/** Waits until the baseline can be taken: enough points, and the engine as fast as it should be in all of them. */
export async function untilHealthy(lab: Lab): Promise<void> {
  const query = `${TTFT} < ${(3 * ENGINE_LATENCY_MS) / 1000}`;
  const healthy = async () => ((await pointsOf(lab.variables['PROMETHEUS_URL']!, query, 10)) >= 10 ? true : undefined);
  if (!(await eventually(healthy, 60_000))) throw new Error('Prometheus has no good data of the engine after a minute');
}

/** Runs `steadfast run` on a plan against the lab, as a user would, and plants the break if there is one. Output goes to the terminal or a file. */
export async function runPlanOn(
  lab: Lab,
  plan: string,
  folder: string,
  planted: Break | undefined,
  say: (text: string) => void,
  logFile?: string,
): Promise<DemoRun> {
  await rm(folder, { recursive: true, force: true });
  const env = {
    ...process.env,
    ...lab.variables,
    STEADFAST_METRICS: `127.0.0.1:${(await freePorts(1))[0]}`,
    STEADFAST_STATE: join(lab.path, 'steadfast-state'),
  };
  const child = spawn(process.execPath, [PROGRAM, 'run', plan, '--out', folder], {
    stdio: logFile === undefined ? 'inherit' : intoFile(logFile),
    env,
  });
  const stop = planted ? plantWhenDue(lab, planted, join(folder, 'timeline.ndjson'), say) : () => undefined;
  const forward = (signal: NodeJS.Signals) => () => void child.kill(signal);
  const onTerm = forward('SIGTERM');
  process.once('SIGTERM', onTerm);
  const [exit] = (await once(child, 'exit')) as [number | null];
  process.off('SIGTERM', onTerm);
  stop();
  return { exit: exit ?? 70, report: await readReport(folder), folder };
}

function intoFile(path: string): ['ignore', number, number] {
  const file = openSync(path, 'w');
  return ['ignore', file, file];
}

async function readReport(folder: string): Promise<Report | undefined> {
  return readFile(join(folder, 'report.json'), 'utf8').then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  );
}

/** What the durable path brought to the Alertmanager, once it shows the wanted alert or the time is up. */
export async function alertsAfter(lab: Lab, wanted: string | undefined): Promise<string[]> {
  const url = lab.variables['ALERTMANAGER_URL']!;
  if (wanted === undefined) return alertsIn(url);
  const found = await eventually(async () => {
    const alerts = await alertsIn(url);
    return alerts.includes(wanted) ? alerts : undefined;
  }, 20_000);
  return found ?? alertsIn(url);
}

/** Says whether a planted break made exactly its objective fail. */
export function judgeBreak(run: DemoRun, { objective }: Break): string | undefined {
  if (!run.report) return 'there is no report';
  const failed = [
    ...new Set(run.report.objectives.filter(({ verdict }) => verdict === 'fail').map((result) => result.objective)),
  ];
  if (failed.length === 1 && failed[0] === objective) return undefined;
  return `${objective} alone should have failed, but what failed is: ${failed.join(', ') || 'nothing'}`;
}
