import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../getting/command.ts';
import type { Progress } from '../getting/progress.ts';
import { allServices, type ServiceName, startLab } from '../lab.ts';
import { labRoot } from '../processes/lab-folder.ts';

export interface UpOptions {
  name: string;
  /** Comma-separated services; all if absent. */
  only?: string | undefined;
  rules?: string | undefined;
  webhook?: string | undefined;
}

/** Starts a lab and keeps it until a signal comes. */
export async function up(options: UpOptions, say: Progress): Promise<void> {
  const lab = await startLab({
    services: servicesIn(options.only),
    name: options.name,
    progress: say,
    ...(options.rules === undefined ? {} : { rules: resolve(options.rules) }),
    ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
  });
  const ended = untilSignal();
  say(`\nvariables: ${join(lab.path, 'lab.env')}`);
  say(`the lab "${options.name}" is up, Ctrl-C ends it`);
  say(`${await ended}: stopping`);
  await lab.stop();
}

/** Starts a lab that stays when this process ends; returns when it is up. */
export async function upDetached(options: UpOptions, say: Progress): Promise<void> {
  const logFile = join(labRoot(), `${options.name}.log`);
  await mkdir(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const program = join(import.meta.dirname, '..', 'main.ts');
  const child = spawn(process.execPath, [program, 'up', ...argumentsOf(options)], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  for (;;) {
    const output = await readFile(logFile, 'utf8');
    if (output.includes('is up, Ctrl-C ends it')) break;
    if (ended) throw new Error(`the lab did not start:\n${lastLines(output, 20)}`);
    await sleep(100);
  }
  child.unref();
  say(await readFile(logFile, 'utf8'));
  say(`it stays: \`node lab/main.ts down --name ${options.name}\` ends it`);
}

function argumentsOf({ name, only, rules, webhook }: UpOptions): string[] {
  const given = Object.entries({ name, only, rules, webhook }).filter(([, value]) => value !== undefined);
  return given.map(([option, value]) => `--${option}=${value}`);
}

function servicesIn(only: string | undefined): ServiceName[] {
  if (only === undefined) return allServices;
  return only.split(',').map((text) => {
    const name = allServices.find((service) => service === text.trim());
    if (name === undefined) throw new Error(`there is no service "${text}", only ${allServices.join(', ')}`);
    return name;
  });
}

async function untilSignal(): Promise<string> {
  const keepAlive = setInterval(() => {}, 60_000);
  try {
    return await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal).then(() => signal)));
  } finally {
    clearInterval(keepAlive);
  }
}
