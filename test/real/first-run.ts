import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { ChaosState } from '../../src/slo/model/entry.ts';
import type { Report } from '../../src/slo/model/report.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/steadfast.js');

export const FIRST_PLAN = join(ROOT, 'examples/first.yaml');

export interface Ended {
  exit: number | null;
  output: string;
}

/** A real engine behind a real Toxiproxy, and the program as a user starts it. */
export class FirstStage {
  readonly lab: Lab;
  readonly folder = mkdtempSync(join(tmpdir(), 'steadfast-run-'));
  #runs = 0;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  static async open(): Promise<FirstStage> {
    return new FirstStage(await startLab({ services: ['engine', 'toxiproxy'] }));
  }

  newRun(): FirstRun {
    return new FirstRun(this, join(this.folder, String(this.#runs++)));
  }

  /** What Toxiproxy says is wrong with the engine's link. */
  async faultsInPlace(): Promise<string[]> {
    const proxies = (await (await fetch(`${this.lab.variables['TOXIPROXY_URL']}/proxies`)).json()) as Record<
      string,
      { enabled: boolean; toxics: { name: string }[] }
    >;
    return Object.entries(proxies).flatMap(([name, { enabled, toxics }]) => [
      ...(enabled ? [] : [`${name} is disabled`]),
      ...toxics.map((toxic) => `${name} has ${toxic.name}`),
    ]);
  }

  async stop(): Promise<void> {
    await this.lab.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One run of the first plan on a stage, and what it leaves in its folder. */
export class FirstRun {
  readonly stage: FirstStage;
  readonly out: string;

  constructor(stage: FirstStage, out: string) {
    this.stage = stage;
    this.out = out;
  }

  start(args: string[], more: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const { lab, folder } = this.stage;
    const env = { ...process.env, ...lab.variables, STEADFAST_STATE: join(folder, 'state'), ...more };
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => (output += text));
    return { child, ended: once(child, 'close').then(([exit]) => ({ exit: exit as number | null, output })) };
  }

  steadfast(args: string[], more?: Record<string, string>): Promise<Ended> {
    return this.start(args, more).ended;
  }

  runPlan(plan = FIRST_PLAN, more?: Record<string, string>) {
    return this.start(['run', plan, '--out', this.out], more);
  }

  /** Waits until its timeline tells of the state; rejects where the program ends before that. */
  async until(state: ChaosState, ended: Promise<Ended>): Promise<void> {
    let early: Ended | undefined;
    void ended.then((end) => {
      early = end;
    });
    const began = performance.now();
    while (!this.timeline().includes(`"state":"${state}"`)) {
      if (early || performance.now() - began > 60_000)
        throw new Error(`the run never got to ${state}: ${early?.output ?? 'it goes on'}`);
      await sleep(25);
    }
  }

  timeline(): string {
    try {
      return readFileSync(join(this.out, 'timeline.ndjson'), 'utf8');
    } catch {
      return '';
    }
  }

  report(): Report {
    return JSON.parse(readFileSync(join(this.out, 'report.json'), 'utf8')) as Report;
  }
}
