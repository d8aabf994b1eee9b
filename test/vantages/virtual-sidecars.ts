import { answerTo } from '../../src/cli/serve/answer.ts';
import { questionOf } from '../../src/cli/serve/questions.ts';
import { Station } from '../../src/cli/serve/station.ts';
import { silentLog } from '../../src/clients/log.ts';
import { within } from '../../src/scheduler/bounded.ts';
import type { OpenProbe } from '../../src/scheduler/lane.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import type { VantageContext } from '../../src/vantages/contract.ts';
import type { Answer, Network, Question } from '../../src/vantages/sidecar/network.ts';
import { SidecarReader } from '../../src/vantages/sidecar/reader.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';
import { OffsetClock } from './offset-clock.ts';

/** One process of `steadfast serve`, as real as can be without sockets. */
export interface VirtualSidecar {
  address: string;
  station: Station;
  clock: OffsetClock;
}

export interface SidecarSetting {
  plan: Plan;
  vantage: string;
  probes(clock: OffsetClock): OpenProbe[];
  memory?: { bytes: number; ageMs: number };
}

/** How an exchange with an address goes. */
export interface Weather {
  thereMs: number;
  backMs: number;
  /** Lost on the way there, or on the way back, when the question was answered already. */
  lost?: 'there' | 'back';
}

/** A vantage whose processes live in the same virtual time as the run, on clocks of their own. */
export class VirtualSidecars implements Network {
  readonly #clock: VirtualClock;
  readonly #setting: SidecarSetting;
  readonly #running = new Map<string, VirtualSidecar>();
  #boots = 0;
  /** What the name leads to; by default wherever somebody runs. */
  addresses: string[] | undefined;
  weather: (address: string) => Weather = () => ({ thereMs: 1, backMs: 1 });
  exchanges = 0;

  constructor(clock: VirtualClock, setting: SidecarSetting) {
    this.#clock = clock;
    this.#setting = setting;
  }

  /** A process begins at an address; one that was there is killed. */
  boot(address: string, instance: string, aheadMs = 0, drift = 0, plan = this.#setting.plan): VirtualSidecar {
    this.kill(address);
    const { vantage, probes, memory = { bytes: 1e7, ageMs: 1e7 } } = this.#setting;
    const clock = new OffsetClock(this.#clock, aheadMs, drift);
    const station = new Station({
      ...{ plan, vantage, instance, clock, memory },
      ...{ boot: `boot-${this.#boots++}`, version: '0.0.0', drainMs: 2000 },
      probes: probes(clock),
      masked: (entry) => entry,
      note: () => {},
    });
    const sidecar = { address, station, clock };
    this.#running.set(address, sidecar);
    return sidecar;
  }

  /** The process is reached at one more address. */
  alsoAt(address: string, sidecar: VirtualSidecar): void {
    this.#running.set(address, sidecar);
  }

  kill(address: string): void {
    this.#running.get(address)?.station.stop('it was killed');
    this.#running.delete(address);
  }

  killAll(): void {
    for (const address of [...this.#running.keys()]) this.kill(address);
  }

  async resolve(): Promise<string[]> {
    await this.#clock.sleepUntil(this.#clock.now() + 1);
    return this.addresses ?? [...this.#running.keys()];
  }

  async ask(address: string, question: Question, signal: AbortSignal): Promise<Answer> {
    const bounds = { clock: this.#clock, what: 'it', limitMs: question.timeoutMs, outer: signal };
    return within(bounds, (inner) => this.#exchange(address, question, inner)).catch(() => ({
      ok: false,
      reason: 'no answer in time',
    }));
  }

  close(): void {}

  async #exchange(address: string, { method, path }: Question, signal: AbortSignal): Promise<Answer> {
    this.exchanges++;
    const { thereMs, backMs, lost } = this.weather(address);
    const sent = this.#clock.now();
    await this.#clock.sleepUntil(sent + thereMs, signal);
    const sidecar = this.#running.get(address);
    if (lost === 'there') return new Promise(() => {});
    if (!sidecar) return { ok: false, reason: 'connection refused' };
    const { status, text } = await answerTo(questionOf(method, path), [sidecar.station], sidecar.clock.now(), signal);
    if (lost === 'back') return new Promise(() => {});
    await this.#clock.sleepUntil(this.#clock.now() + backMs, signal);
    if (this.#running.get(address) !== sidecar) return { ok: false, reason: 'the connection was closed' };
    return status === 200 ? { ok: true, text, sent, got: this.#clock.now() } : { ok: false, reason: `HTTP ${status}` };
  }
}

/** A reader of these sidecars, and what it recorded. */
export function readerOf(
  sidecars: Network,
  clock: VirtualClock,
  { plan, vantage }: SidecarSetting,
  record?: (entry: Entry) => void,
) {
  const entries: Entry[] = [];
  const warnings: string[] = [];
  const context: VantageContext = {
    ...{ vantage, run: 'run-1', plan: plan.name, digest: plan.digest, probes: plan.probes },
    now: clock.now,
    sleep: (ms, signal) => clock.sleepUntil(clock.now() + ms, signal),
    random: () => 0.5,
    log: { ...silentLog, warn: (_, text) => void warnings.push(text) },
    record: record ?? ((entry) => entries.push(structuredClone(entry))),
  };
  return { reader: new SidecarReader(context, sidecars), entries, warnings };
}
