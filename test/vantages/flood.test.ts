import { expect, it } from 'vitest';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { Answer, Network } from '../../src/vantages/sidecar/network.ts';
import { planOf, probeSpec } from '../scheduler/test-plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { readerOf } from './virtual-sidecars.ts';

const spec = probeSpec({ at: 'gateway' });
const plan = planOf([], [spec]);
const RUN_MS = 20_000;

/** A process that never ends telling: of the same slot, of slots that are not due, of books that nobody closed. */
class Flooding implements Network {
  exchanges = 0;
  readonly #clock: VirtualClock;
  readonly #line: (number: number) => object;
  #cursor = 0;
  #boot = 0;
  /** Another process whenever it is asked for news. */
  isNeverTheSame = false;

  constructor(clock: VirtualClock, line: (number: number) => object) {
    this.#clock = clock;
    this.#line = line;
  }

  resolve = async () => ['10.0.0.1'];
  close(): void {}

  async ask(_: string, { path }: { path: string }): Promise<Answer> {
    this.exchanges++;
    const sent = this.#clock.now();
    await this.#clock.sleepUntil(sent + 1);
    const now = this.#clock.now();
    const got = { ok: true as const, sent, got: now };
    if (path.startsWith('/v1/clock'))
      return { ...got, text: JSON.stringify({ boot: `b${this.#boot}`, received: sent, sent: now }) };
    if (this.isNeverTheSame && !path.includes('since=now')) this.#boot++;
    const lines = path.includes('since=now') ? [] : Array.from({ length: 200 }, () => this.#line(this.#cursor++));
    const header = {
      ...{ type: 'header', schema: 'steadfast/vantage/v1', plan: plan.name, digest: plan.digest, vantage: 'gateway' },
      ...{
        instance: `a${this.#boot}`,
        boot: `b${this.#boot}`,
        version: '1',
        slotZero: 0,
        received: sent,
        fallenOut: 0,
      },
    };
    const all = [header, ...lines, { type: 'next', cursor: this.#cursor, sent: now }];
    return { ...got, text: `${all.map((line) => JSON.stringify(line)).join('\n')}\n` };
  }
}

const base = { probe: spec.name, vantage: 'gateway' };
const floods: Record<string, (number: number) => object> = {
  'the same gap': () => ({ type: 'gap', ...base, slot: 1, due: 100, reason: 'late' }),
  'slots that are not due yet': (slot) => ({ type: 'gap', ...base, slot, due: slot * 100, reason: 'late' }),
  'troubles of its prober': () => ({ type: 'prober', vantage: 'gateway', of: 'stalled', from: 1, to: 2, ms: 1 }),
  'final readings': () => ({ type: 'final', ...base, covers: [0, 1], values: { seen: 1 } }),
};

it.each(Object.entries(floods))('%s, told without end, fill neither memory nor disk', async (_, line) => {
  const clock = new VirtualClock();
  const network = new Flooding(clock, line);
  const entries: Entry[] = [];
  const record = (entry: Entry) => void (entry.type !== 'vantage' && entries.push(entry));
  const { reader, warnings } = readerOf(network, clock, { plan, vantage: 'gateway', probes: () => [] }, record);
  await clock.run(reader.prepare(new AbortController().signal));
  reader.start();
  await clock.run(clock.sleepUntil(RUN_MS));
  await reader.close();

  expect(entries.length).toBeLessThan(2 * (RUN_MS / spec.intervalMs));
  expect(network.exchanges).toBeLessThan(300);
  expect(warnings).toContain('a vantage told what does not fit the plan');
});

it('processes without end are not all taken for places', async () => {
  const clock = new VirtualClock();
  const network = new Flooding(clock, floods['the same gap']!);
  network.isNeverTheSame = true;
  const boots: Entry[] = [];
  const record = (entry: Entry) => void (entry.type === 'vantage' && boots.push(entry));
  const { reader, warnings } = readerOf(network, clock, { plan, vantage: 'gateway', probes: () => [] }, record);
  await clock.run(reader.prepare(new AbortController().signal));
  reader.start();
  await clock.run(clock.sleepUntil(120_000));
  await reader.close();

  expect(boots.length).toBeLessThan(1000);
  expect(warnings).toContain('more processes of a vantage came and went than can be followed');
});
