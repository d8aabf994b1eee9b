import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process of `steadfast serve` takes when its memory is as full as it gets. */
export interface SidecarMemory {
  /** Its own: what it shares with every other Node of the machine is not counted. */
  ownMegabytes: number;
  residentMegabytes: number;
  samplesKept: number;
  samplesFallenOut: number;
}

const ROOT = join(import.meta.dirname, '..');
const PROBES = 40;
const GIVE_UP_MS = 120_000;

/** Probes far more often than anybody would, until samples fall out of memory, and then for as long again. */
export async function benchSidecarMemory(bundle = join(ROOT, 'dist/steadfast.js')): Promise<SidecarMemory> {
  const target = createServer((socket) => socket.on('error', () => {}).end()).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  const plan = join(folder, 'plan.yaml');
  writeFileSync(plan, planText((target.address() as { port: number }).port));
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=1', '--max-old-space-size=40', bundle, 'serve', plan, '--listen', '127.0.0.1:0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  try {
    return await untilFull(child.pid!, await addressIn(child.stderr));
  } finally {
    child.kill('SIGKILL');
    target.close();
    rmSync(folder, { recursive: true });
  }
}

async function addressIn(said: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of said) {
    text += chunk.toString();
    const address = /served at (\S+)/.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the sidecar did not come up: ${text}`);
}

async function untilFull(pid: number, address: string): Promise<SidecarMemory> {
  const [began, most] = [performance.now(), { own: 0, resident: 0 }];
  let fullMs = Number.POSITIVE_INFINITY;
  for (;;) {
    await sleep(500);
    const passedMs = performance.now() - began;
    const [kept, fallenOut] = await keptAt(address);
    if (fallenOut > 0) fullMs = Math.min(fullMs, passedMs);
    most.own = Math.max(most.own, megabytesOf(pid, 'RssAnon'));
    most.resident = Math.max(most.resident, megabytesOf(pid, 'VmRSS'));
    if (passedMs > Math.min(2 * fullMs, GIVE_UP_MS))
      return {
        ...{ ownMegabytes: most.own, residentMegabytes: most.resident },
        ...{ samplesKept: kept, samplesFallenOut: fallenOut },
      };
  }
}

async function keptAt(address: string): Promise<[kept: number, fallenOut: number]> {
  const text = await (await fetch(`http://${address}/metrics`)).text();
  const metric = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return [metric('steadfast_vantage_kept_entries'), metric('steadfast_vantage_fallen_out_total')];
}

function megabytesOf(pid: number, what: 'RssAnon' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
}

function planText(port: number): string {
  const probes = Array.from(
    { length: PROBES },
    (_, index) =>
      `    - {name: p${index}, type: tcp, at: there, interval: 50ms, timeout: 500ms, config: {address: "127.0.0.1:${port}"}}`,
  );
  return `apiVersion: steadfast/v1
kind: Plan
metadata: {name: bench}
spec:
  vantages: [{name: there, type: sidecar, config: {url: "http://127.0.0.1:9780"}}]
  probes:
${probes.join('\n')}
  experiments: [{name: e, driver: process, duration: 1s, config: {action: pause, pidFile: /nowhere}}]
  objectives: [{name: o, phase: recovery, indicator: {timeToRecover: p0}, atMost: 90s}]
`;
}
