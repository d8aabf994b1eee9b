import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../getting/command.ts';
import type { Component, MachineContext } from './component.ts';
import { type ComponentName, components } from './components/all.ts';

const usuallyReadyWithinMs = 60_000;
/** The API server would wait for those who watch, for up to a minute. */
const graceMs = 2_000;

const restartAfterMs = 1_000;

/** Starts and stops the servers of the machine, each by its name. One that ends by itself, or is killed, is started again. */
export interface Supervisor {
  start: (name: ComponentName) => Promise<void>;
  stop: (name: ComponentName) => Promise<void>;
  /** Process numbers inside the machine; a server that does not run has none. */
  running: () => Record<string, number | null>;
}

export function createSupervisor(context: MachineContext): Supervisor {
  const children = new Map<ComponentName, ChildProcess>();
  const kept = new Set<ComponentName>();
  const start = async (name: ComponentName): Promise<void> => {
    if (children.has(name)) return;
    await mkdir(context.place.logs, { recursive: true });
    const component = await components[name](context);
    const child = spawnLogged(component, context.place.logFile(name));
    children.set(name, child);
    child.once('exit', () => {
      children.delete(name);
      if (kept.has(name)) setTimeout(() => kept.has(name) && start(name).catch(() => {}), restartAfterMs);
    });
    await untilReady(name, component, child, context);
    kept.add(name);
  };
  return {
    start,
    stop: async (name) => {
      kept.delete(name);
      const child = children.get(name);
      if (child !== undefined) await end(child);
    },
    running: () =>
      Object.fromEntries(
        Object.keys(components).map((name) => [name, children.get(name as ComponentName)?.pid ?? null]),
      ),
  };
}

function spawnLogged(component: Component, logFile: string): ChildProcess {
  const [program, ...args] = component.command;
  const log = openSync(logFile, 'a');
  const child = spawn(program!, args, {
    cwd: '/',
    env: { ...process.env, ...component.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {}); // seen as a server that does not get ready
  return child;
}

async function untilReady(name: ComponentName, component: Component, child: ChildProcess, context: MachineContext) {
  const end = performance.now() + (component.readyWithinMs ?? usuallyReadyWithinMs);
  for (;;) {
    try {
      return await component.ready();
    } catch (error) {
      const over = child.exitCode !== null || child.pid === undefined || performance.now() > end;
      if (over) throw new Error(`${name} does not start: ${error}\n${await tail(context.place.logFile(name))}`);
    }
    await sleep(50);
  }
}

async function tail(logFile: string): Promise<string> {
  return lastLines(await readFile(logFile, 'utf8').catch(() => ''), 15);
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
