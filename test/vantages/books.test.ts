import { expect, it } from 'vitest';
import type { FinalReading, ProbeSession } from '../../src/probes/contract.ts';
import { conduct } from '../../src/scheduler/conductor.ts';
import { judge } from '../../src/slo/judge.ts';
import type { Entry, Header, Offset } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { Recording } from '../../src/slo/recording.ts';
import { experiment, obedientDriver, planOf, probeSpec } from '../scheduler/test-plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { atMost, objective } from '../slo/build.ts';
import { readerOf, VirtualSidecars } from './virtual-sidecars.ts';

const spec = probeSpec({ at: 'gateway', values: { lost: { unit: '1', kind: 'count', help: 'events lost' } } });
const lossless = objective('lossless', {
  phase: 'run',
  indicator: { kind: 'total', probe: spec.name, value: 'lost' },
  bound: atMost(0, '1'),
});
const plan: Plan = { ...planOf([experiment()], [spec]), objectives: [lossless] };
const header: Header = {
  ...{ type: 'header', schema: 'steadfast/timeline/v1', run: 'r', plan: plan.name, digest: plan.digest },
  ...{ seed: plan.seed, version: '0', startedAt: '2026-01-01T00:00:00.000Z' },
};

/** Loses an event at each of these moments, and says so when its books are closed. */
function losing(clock: { now(): Offset }, moments: Offset[]): ProbeSession {
  let from = clock.now();
  return {
    sample: async () => ({ outcome: 'good', values: {} }),
    drain: async (): Promise<FinalReading> => {
      const to = clock.now();
      const lost = moments.filter((at) => at > from && at <= to).length;
      const final: FinalReading = { covers: [from, to], values: { lost } };
      from = to;
      return final;
    },
    close: async () => {},
  };
}

/** The verdict of a run that began after an hour in which the vantage was there already. */
async function verdictWith(moments: Offset[]) {
  const clock = new VirtualClock();
  const how = { plan, vantage: 'gateway', probes: () => [{ spec, session: losing(clock, moments) }] };
  const sidecars = new VirtualSidecars(clock, how);
  sidecars.boot('10.0.0.1', 'a');
  await clock.run(clock.sleepUntil(3_600_000));
  const entries: Entry[] = [header];
  const record = (entry: Entry) => void entries.push(structuredClone(entry));
  const open = async () => [{ name: 'gateway', reader: readerOf(sidecars, clock, how, record).reader }];
  await clock.run(
    conduct({
      ...{ plan, clock, record, sync: async () => {}, probes: [], driverOf: async () => obedientDriver(clock, []) },
      ...{ decide: { gate: () => ({ open: true }) }, stopConditions: [], progress: () => {} },
      ...{ abort: new AbortController().signal, openVantages: open },
    }),
  );
  return judge(plan, Recording.of(entries)).objectives[0]!;
}

it('what a vantage lost long before a run does not count in it', async () => {
  expect(await verdictWith([60_000, 3_000_000])).toMatchObject({ verdict: 'pass', measurement: { low: 0, high: 0 } });
});

it('what it loses in the run does', async () => {
  expect(await verdictWith([60_000, 3_602_500])).toMatchObject({ verdict: 'fail', measurement: { low: 1 } });
});
