import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcess } from '../../src/chaos/lib/process-status.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');

/** What Node made of the sources at an earlier start: without it most of a start is compiling. */
const COMPILED = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/started') };

export interface Ended {
  exit: number | null;
  output: string;
}

/** A service to probe, a process to pause, and a folder: all that a run of the real program needs. */
export async function openStage() {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-run-'));
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
  await Promise.all([once(server, 'listening'), once(victim, 'spawn')]);
  writeFileSync(join(folder, 'victim.pid'), `${victim.pid}\n`);
  const port = (server.address() as AddressInfo).port;
  const planText = (name: string) => `apiVersion: steadfast/v1
kind: Plan
metadata: {name: ${name}}
spec:
  phases: {steady: 1s, recovery: 1s}
  limits: {maxFault: 20s}
  probes:
    - {name: api, type: http, interval: 100ms, timeout: 500ms, config: {url: "http://127.0.0.1:${port}/"}}
  experiments:
    - {name: frozen, driver: process, duration: 1s, config: {action: pause, pidFile: ${folder}/victim.pid}}
  objectives:
    - {name: up-before, phase: steady, indicator: {ratio: api}, atLeast: 20%, tolerateMissing: 50%}
`;
  return {
    folder,
    planText,
    in: (...names: string[]) => join(folder, ...names),
    writePlan(text: string): string {
      const file = join(folder, `plan-${readdirSync(folder).length}.yaml`);
      writeFileSync(file, text);
      return file;
    },
    victimRuns: () => readProcess(victim.pid!)?.state !== 'T',
    async [Symbol.asyncDispose]() {
      victim.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
    start: (args: string[], env: Record<string, string> = {}) =>
      follow([process.execPath, MAIN, ...args], { STEADFAST_STATE: join(folder, 'state'), ...env }, folder),
    shell: (script: string) =>
      follow(['bash', '-c', script, process.execPath, MAIN], { STEADFAST_STATE: join(folder, 'state') }, folder),
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

function follow(
  [program, ...args]: string[],
  env: Record<string, string>,
  cwd: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(program!, args, {
    cwd,
    env: { ...process.env, ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return { child, ended: once(child, 'close').then(([exit]) => ({ exit: exit as number | null, output })) };
}

/** Resolves once the timeline in that folder tells of the state. */
export async function untilState(folder: string, state: string): Promise<void> {
  const file = join(folder, 'timeline.ndjson');
  for (let attempt = 0; attempt < 600; attempt++) {
    if (existsSync(file) && readFileSync(file, 'utf8').includes(`"state":"${state}"`)) return;
    await sleep(25);
  }
  throw new Error(`the run in ${folder} never got to ${state}`);
}

/** Every text below a folder. */
export function textsBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
}
