import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/scheduler/clock.ts';
import type { Look } from './sightings.ts';

const PERIOD_MS = 1000;
const READY_WITHIN_MS = 20_000;

/** A blackbox_exporter that is asked once a second about each target, as Prometheus would. */
export class Blackbox {
  /** Of each target. */
  looks: Look[][] = [];
  readonly #address: string;
  readonly #child: ChildProcess;
  readonly #stopped = new AbortController();
  readonly #scrapes: Promise<void>[] = [];

  constructor(program: string, port: number, folder: string) {
    const config = join(folder, 'blackbox.yml');
    writeFileSync(
      config,
      JSON.stringify({ modules: { web: { prober: 'http', http: { preferred_ip_protocol: 'ip4' } } } }),
    );
    const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'];
    this.#address = `http://127.0.0.1:${port}`;
    this.#child = spawn(program, args, { stdio: 'ignore' });
  }

  /** Asks from now on, each target at a phase of its own. */
  async begin(addresses: readonly string[], clock: Clock): Promise<void> {
    await this.#untilReady();
    this.looks = addresses.map(() => []);
    for (const [target, address] of addresses.entries()) this.#scrapes.push(this.#scrapeOne(target, address, clock));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#scrapes);
    this.#child.kill('SIGTERM');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #scrapeOne(target: number, address: string, clock: Clock): Promise<void> {
    const zero = clock.now() + (PERIOD_MS * target) / this.looks.length;
    for (let scrape = 0; !this.#stopped.signal.aborted; scrape++) {
      await clock.sleepUntil(zero + scrape * PERIOD_MS, this.#stopped.signal).catch(() => undefined);
      if (this.#stopped.signal.aborted) return;
      const at = clock.now();
      const ok = await this.#ask(address).catch(() => undefined);
      if (ok !== undefined) this.looks[target]!.push({ at, ok });
    }
  }

  /** Prometheus tells its own time-out, and blackbox_exporter takes half a second off it. */
  async #ask(address: string): Promise<boolean | undefined> {
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '1' };
    const url = `${this.#address}/probe?module=web&target=${encodeURIComponent(`http://${address}/healthz`)}`;
    const text = await (await fetch(url, { headers, signal: AbortSignal.timeout(PERIOD_MS) })).text();
    const success = /^probe_success ([01])$/m.exec(text)?.[1];
    return success === undefined ? undefined : success === '1';
  }

  async #untilReady(): Promise<void> {
    for (const began = performance.now(); performance.now() - began < READY_WITHIN_MS; await sleep(100))
      if (
        await fetch(`${this.#address}/-/healthy`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
    throw new Error('blackbox_exporter did not come up');
  }
}
