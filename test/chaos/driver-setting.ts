import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Driver, DriverContext, DriverType, FaultLedger } from '../../src/chaos/contract.ts';
import { openLedger } from '../../src/chaos/ledger.ts';
import { readProcess } from '../../src/chaos/lib/process-status.ts';
import { silentLog } from '../../src/clients/log.ts';

/** A folder of its own for one test, with a ledger in it, and everything that must end with the test. */
export interface Setting extends AsyncDisposable {
  folder: string;
  faults: string;
  context: DriverContext;
  /** A process that only waits, and its pid file. */
  victim(options?: { detached?: boolean; code?: string; pidFile?: string }): Promise<Victim>;
  /** Ends the process that this pid file names when the test is over. */
  reap(pidFile: string): void;
}

export interface Victim {
  pid: number;
  pidFile: string;
  child: ChildProcess;
}

export const WAITS = 'setInterval(() => {}, 1000)';

export async function openSetting(over: Partial<DriverContext> = {}): Promise<Setting> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-chaos-'));
  const faults = join(folder, 'faults');
  const children: ChildProcess[] = [];
  const pidFiles: string[] = [];
  const began = performance.now();
  const context: DriverContext = {
    experiment: 'breaks',
    run: 'run-1',
    plan: 'a-plan',
    digest: 'sha256:0',
    limits: { maxTargets: 10, namespaces: [] },
    durationMs: 1_000,
    maxFaultMs: 60_000,
    now: () => performance.now() - began,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    random: () => 0.5,
    log: silentLog,
    ledger: ledgerIn(faults),
    tell: () => undefined,
    lost: () => undefined,
    ...over,
  };
  return {
    folder,
    faults,
    context,
    async victim({ detached = false, code = WAITS, pidFile = join(folder, 'victim.pid') } = {}) {
      const child = spawn(process.execPath, ['-e', code], { detached, stdio: 'ignore' });
      children.push(child);
      await new Promise((done) => child.once('spawn', done));
      await writeFile(pidFile, `${child.pid}\n`);
      return { pid: child.pid!, pidFile, child };
    },
    reap: (pidFile) => void pidFiles.push(pidFile),
    async [Symbol.asyncDispose]() {
      for (const child of children) endGroup(child.pid!, child);
      for (const pidFile of pidFiles) await endNamed(pidFile);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function ledgerIn(folder: string, experiment = 'breaks', driver = 'process'): FaultLedger {
  return openLedger(folder, { run: 'run-1', plan: 'a-plan', experiment, driver, maxFaultMs: 60_000 });
}

function endGroup(pid: number, child: ChildProcess): void {
  child.kill('SIGKILL');
  if (readProcess(pid)?.group === pid) process.kill(-pid, 'SIGKILL');
}

async function endNamed(pidFile: string): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 1 && readProcess(pid)) process.kill(pid, 'SIGKILL');
}

/** Opens a driver from YAML-like config, parsed as a plan's would be. */
export async function open(type: DriverType, config: unknown, context: DriverContext): Promise<Driver> {
  return type.open(type.config.parse(config), context);
}

/** The config of a driver type's own example. */
export function exampleConfig(type: DriverType): unknown {
  return (parse(type.example) as { config: unknown }).config;
}

/** A signal that never aborts, or does after some ms. */
export function signal(ms?: number): AbortSignal {
  return ms === undefined ? new AbortController().signal : AbortSignal.timeout(ms);
}

/** Problems of a config, as text. */
export function problemsOf(type: DriverType, config: unknown): string[] {
  const parsed = type.config.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
