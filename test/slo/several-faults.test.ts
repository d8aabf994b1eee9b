import { expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent, Evidence } from '../../src/slo/model/entry.ts';
import { renderMarkdown } from '../../src/slo/render/markdown.ts';
import { renderTable } from '../../src/slo/render/table.ts';
import { cleanEvents, experiment, GOOD, plan, probe, recordingOf } from './build.ts';

const bites: Evidence = { of: 'mechanism', holds: true, text: 'packets were dropped' };
const idle: Evidence = { of: 'mechanism', holds: false, text: 'no packet was dropped' };

/** The steps of one fault of a workflow, besides the experiment's own. */
function fault(name: string, steps: Partial<Record<ChaosEvent['state'], Partial<ChaosEvent>>>): ChaosEvent[] {
  return Object.entries(steps).map(([state, facts], index) => ({
    type: 'chaos' as const,
    experiment: 'outage',
    fault: name,
    state: state as ChaosEvent['state'],
    at: 60_600 + index * 1000,
    ...facts,
  }));
}

/** The experiment's own steps prove nothing: its faults do. */
const own = cleanEvents().map(({ evidence: _, ...event }) => event);

const whole = (name: string, evidence: Evidence[] = [bites]) => fault(name, { injected: { evidence }, recovered: {} });

function reportOf(...faults: ChaosEvent[][]) {
  const tested = plan({ probes: [probe('web')], experiments: [experiment('outage')] });
  const events = [...own, ...faults.flat()].sort((left, right) => left.at - right.at);
  return judge(tested, recordingOf({ plan: tested, events, answer: () => GOOD }));
}

it.each<[sentence: string, faults: ChaosEvent[][], state: string, text: string]>([
  ['proven where each fault is', [whole('kill'), whole('cut')], 'proven', 'packets were dropped'],
  [
    'not proven where one of them was not seen to bite',
    [whole('kill'), whole('cut', [])],
    'not-proven',
    'no evidence of the mechanism of cut was recorded',
  ],
  ['not proven where one of them did not bite', [whole('kill'), whole('cut', [idle])], 'not-proven', idle.text],
  [
    'not proven where one of them was never injected',
    [whole('kill'), fault('cut', { recovered: {} })],
    'not-proven',
    'cut was never seen to be injected',
  ],
  [
    'not proven where one of them failed, with the reason',
    [whole('kill'), fault('cut', { failed: { reason: 'no pod is selected' } })],
    'not-proven',
    'cut was not injected: no pod is selected',
  ],
])('an experiment of several faults is %s', (_sentence, faults, state, text) => {
  expect(reportOf(...faults).experiments[0]!.proof).toEqual({ state, text });
});

it('a fault that strikes once among several does not make the experiment one-shot', () => {
  const once = whole('kill').map((event) => ({ ...event, oneShot: true as const }));
  expect(reportOf(once, whole('cut')).experiments[0]!.oneShot).toBe(false);
});

it('recovery begins when the last fault is gone, however long that which made them goes on', () => {
  const steps = (at: number) => ({
    injected: { at },
    recovering: { at: at + 1_000 },
    recovered: { at: at + 2_000, notBefore: at + 1_500 },
  });
  const { phases } = reportOf(fault('kill', steps(62_000)), fault('cut', steps(70_000))).experiments[0]!;
  expect(own.findLast(({ state }) => state === 'recovered')!.at, 'the experiment itself').toBeGreaterThan(80_000);
  expect(phases).toMatchObject({ fault: { to: 71_000 }, recovery: { from: 72_000 } });
});

it('recovery begins when the experiment says so where the end of a fault was not told', () => {
  const { phases } = reportOf(whole('kill'), fault('cut', { injected: {} })).experiments[0]!;
  expect(phases.recovery?.from).toBe(own.findLast(({ state }) => state === 'recovered')!.at);
});

it('a finding stands where a reader of the table and of the report looks', () => {
  const finding: Evidence = { of: 'finding', text: 'the removal had to be forced' };
  const told: ChaosEvent = { type: 'chaos', experiment: 'outage', state: 'observed', at: 91_000, evidence: [finding] };
  const report = reportOf(whole('cut'), [told]);
  expect(renderTable(report)).toContain('finding, outage: the removal had to be forced');
  expect(renderMarkdown(report)).toContain('- **Finding: the removal had to be forced**');
  expect(report.experiments[0]!.proof.state, 'a finding is no proof').toBe('proven');
});

it('what is only observed changes no phase', () => {
  const observed: ChaosEvent = {
    type: 'chaos',
    experiment: 'outage',
    state: 'observed',
    at: 70_000,
    reason: 'an event',
  };
  expect(reportOf(whole('cut'), [observed]).experiments[0]!.phases).toEqual(
    reportOf(whole('cut')).experiments[0]!.phases,
  );
});
