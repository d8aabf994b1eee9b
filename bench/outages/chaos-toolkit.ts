import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/scheduler/clock.ts';
import type { Look } from './sightings.ts';

const STARTED_WITHIN_MS = 180_000;

/**
 * One Chaos Toolkit for each target, whose steady-state hypothesis is that the target answers, run continuously at the default pace of a second
 * between two. Its method waits until it is told that all is over.
 */
export class ChaosToolkits {
  readonly #folder: string;
  readonly #waiting: ServerResponse[] = [];
  readonly #gate: Server;
  readonly #children: ChildProcess[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#gate = createServer((_request, response) => void this.#waiting.push(response));
  }

  /** Resolves when all of them probe. */
  async begin(python: string, packages: string, addresses: readonly string[]): Promise<void> {
    this.#gate.listen(0, '127.0.0.1');
    await once(this.#gate, 'listening');
    for (const [target, address] of addresses.entries()) this.#startOne(python, packages, target, address);
    for (const began = performance.now(); this.#waiting.length < addresses.length; await sleep(100))
      if (performance.now() - began > STARTED_WITHIN_MS)
        throw new Error(`${addresses.length - this.#waiting.length} of the Chaos Toolkits did not begin`);
  }

  /** Lets them end; gives what each has seen, on the run's clock. */
  async finish(clock: Clock): Promise<Look[][]> {
    const ended = this.#children.map((child) => once(child, 'close'));
    for (const response of this.#waiting) response.end('over');
    await Promise.all(ended);
    const zero = clock.wallClockMs() - clock.now();
    return this.#children.map((_, target) => looksIn(readFileSync(this.#file(target, 'journal'), 'utf8'), zero));
  }

  /** Ends what has not ended by itself. */
  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#gate.closeAllConnections();
    this.#gate.close();
  }

  #startOne(python: string, packages: string, target: number, address: string): void {
    const { port } = this.#gate.address() as AddressInfo;
    writeFileSync(this.#file(target, 'experiment'), JSON.stringify(experimentOf(address, `http://127.0.0.1:${port}/`)));
    const strategy = ['--hypothesis-strategy', 'continuously', '--journal-path', this.#file(target, 'journal')];
    const global = ['--no-version-check', '--no-log-file', '--settings', join(this.#folder, 'none.yaml')];
    const args = ['-m', 'chaostoolkit', ...global, 'run', ...strategy, this.#file(target, 'experiment')];
    const env = { ...process.env, PYTHONPATH: packages };
    this.#children.push(spawn(python, args, { cwd: this.#folder, env, stdio: 'ignore' }));
  }

  #file(target: number, what: string): string {
    return join(this.#folder, `${what}-${target}.json`);
  }
}

function experimentOf(address: string, gate: string): object {
  const provider = { type: 'http', url: `http://${address}/healthz`, timeout: 1 };
  const probes = [{ type: 'probe', name: 'answers', tolerance: 200, provider }];
  return {
    version: '1.0.0',
    title: 'outages',
    description: 'the target answers all the time',
    'steady-state-hypothesis': { title: 'it answers', probes },
    method: [{ type: 'action', name: 'until-over', provider: { type: 'http', url: gate } }],
    rollbacks: [],
  };
}

interface Journal {
  steady_states: { during: { probes: { start: string; tolerance_met: boolean }[] }[] };
}

/** Its times are of the wall clock, in UTC, without saying so. */
function looksIn(text: string, zero: number): Look[] {
  const { during } = (JSON.parse(text) as Journal).steady_states;
  return during.flatMap(({ probes }) =>
    probes.map(({ start, tolerance_met: ok }) => ({
      at: Date.parse(/Z$|[+-]\d\d:\d\d$/.test(start) ? start : `${start}Z`) - zero,
      ok,
    })),
  );
}
