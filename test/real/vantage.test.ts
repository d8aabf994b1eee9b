import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { freePorts } from '../../lab/processes/ports.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { ObjectiveResult, Report } from '../../src/slo/model/report.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/steadfast.js');

/** The runner reaches the engine past the proxy; the vantage, like a gateway, through it. Only the way through the proxy is cut. */
const PLAN = `apiVersion: steadfast/v1
kind: Plan
metadata: {name: two-places}
spec:
  phases: {steady: 3s, recovery: 5s, settle: 3s}
  limits: {maxFault: 30s}
  vantages:
    - {name: gateway, type: sidecar, config: {url: "http://\${VANTAGE}"}}
  probes:
    - {name: here, type: zmtp-port, interval: 100ms, timeout: 500ms, config: {endpoint: "\${ENGINE_EVENTS_DIRECT}", peer: PUB}}
    - {name: there, type: zmtp-port, at: gateway, interval: 100ms, timeout: 500ms, config: {endpoint: "\${ENGINE_EVENTS}", peer: PUB}}
    - name: events
      type: zmq-kv-events
      at: gateway
      interval: 250ms
      timeout: 200ms
      config: {events: "\${ENGINE_EVENTS}", replay: "\${ENGINE_REPLAY}", stale: 1s, expectTraffic: true}
  experiments:
    - name: cut-off
      driver: toxiproxy
      duration: 3s
      config: {url: "\${TOXIPROXY_URL}", proxy: engine-events, action: blackhole}
  objectives:
    - {name: open-before, phase: steady, indicator: {ratio: there}, atLeast: 99%}
    - {name: open-here, phase: fault, indicator: {ratio: here}, atLeast: 99%}
    - {name: cut-there, phase: fault, indicator: {ratio: there}, atMost: 10%}
    - {name: recovers-here, phase: recovery, indicator: {timeToRecover: here}, atMost: 3s}
    - {name: recovers-there, phase: recovery, indicator: {timeToRecover: there}, atMost: 3s}
    - {name: no-event-lost, phase: run, indicator: {total: events.lost}, atMost: 0, atLeastSeen: 20}
`;

let lab: Lab;
let folder: string;
let sidecar: { child: ChildProcess; ended: Promise<{ exit: number | null; output: string }> };
let vantage: string;

beforeAll(async () => {
  lab = await startLab({ services: ['engine', 'toxiproxy'], engine: { batchesPerSecond: 20 } });
  folder = mkdtempSync(join(tmpdir(), 'steadfast-vantage-'));
  writeFileSync(join(folder, 'plan.yaml'), PLAN);
  vantage = `127.0.0.1:${(await freePorts(1))[0]}`;
  sidecar = start(['serve', join(folder, 'plan.yaml'), '--vantage', 'gateway', '--listen', vantage]);
  while (!(await isReady())) {
    if (sidecar.child.exitCode !== null)
      throw new Error(`the sidecar did not come up:\n${(await sidecar.ended).output}`);
    await sleep(50);
  }
});
afterAll(async () => {
  sidecar?.child.kill('SIGKILL');
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: string[]) {
  const env = { ...process.env, ...lab.variables, VANTAGE: vantage, STEADFAST_STATE: join(folder, 'state') };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => (output += text));
  return { child, ended: once(child, 'close').then(([exit]) => ({ exit: exit as number | null, output })) };
}

function isReady(): Promise<boolean> {
  return fetch(`http://${vantage}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function run(
  name: string,
): Promise<{ exit: number | null; output: string; results: Map<string, ObjectiveResult> }> {
  const out = join(folder, name);
  const ended = await start(['run', join(folder, 'plan.yaml'), '--out', out]).ended;
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  return { ...ended, results: new Map(report.objectives.map((result) => [result.objective, result])) };
}

it('the runner alone does not see what the vantage sees, and the verdict says both', async () => {
  // What the sidecar counted before the run is not the run's.
  await sleep(2000);
  const { exit, output, results } = await run('seen');

  expect(exit, output).toBe(EXIT.pass);
  expect(results.get('open-here')).toMatchObject({ verdict: 'pass', measurement: { bad: 0 } });
  expect(results.get('recovers-here')).toMatchObject({ verdict: 'pass', reason: 'not-affected' });
  expect(results.get('cut-there')).toMatchObject({ verdict: 'pass', measurement: { good: 0 } });
  expect(results.get('recovers-there')).toMatchObject({ verdict: 'pass', reason: 'met' });
  expect(results.get('no-event-lost')!.measurement!.seen).toBeGreaterThanOrEqual(20);
});

it('a sidecar that is told to end does so with 0, and then a run injects nothing', async () => {
  sidecar.child.kill('SIGTERM');
  expect(await sidecar.ended).toMatchObject({ exit: EXIT.pass });

  const { exit, output } = await run('alone');
  expect(exit, output).toBe(EXIT.notReady);
});
