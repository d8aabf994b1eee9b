import type { ChaosEvent, Entry, Final, Offset, Reference, Sample, VantageBoot } from '../../src/slo/model/entry.ts';
import { type Answer, timelineOf, reference, type World } from '../slo/build.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { GATEWAY, HANGING_WEB, KV_EVENTS, type PlanParts, RESTART, TTFT, TTFT_BEFORE, TWO_EXPERIMENTS, WEB_HERE_AND_THERE, WEB_THERE } from './plans.ts';

/** One golden case: what the plan asks, and the world in which it was run. */
export interface GoldenCase {
  plan: PlanParts;
  answer(probe: string, due: Offset, instance: string): Answer;
  boots?: NonNullable<World['boots']>;
  events?: ChaosEvent[];
  finals?: Final[];
  references?: Reference[];
  end?: 'completed' | 'aborted' | 'none';
  /** Cut that many bytes from the end of the file. */
  cutBytes?: number;
}

const INJECTED = 10_400;
const REMOVED = 20_600;

const PROVEN = [{ of: 'mechanism' as const, holds: true, text: 'the proxy took a connection and let no byte through' }];

function events(experiment = 'outage', from = 0, more: Partial<ChaosEvent> = {}, proof = PROVEN): ChaosEvent[] {
  const at = (state: ChaosEvent['state'], offset: number, evidence?: typeof PROVEN): ChaosEvent => ({
    type: 'chaos',
    experiment,
    ...more,
    at: from + offset,
    state,
    ...(evidence && evidence.length > 0 && { evidence }),
  });
  return [
    at('started', 0),
    at('requested', 10_000),
    at('injected', INJECTED, proof),
    at('recovering', 20_400, proof),
    at('recovered', REMOVED),
    at('quiesced', 40_600),
    at('ended', 41_000),
  ];
}

const GOOD: Answer = { outcome: 'good', values: { latencyMs: 4, status: 200, bytes: 2 } };
const REFUSED: Answer = { outcome: 'bad', values: {}, reason: 'connection refused' };

/** Good outside, something else from `from` to `to`. */
const during =
  (from: Offset, to: Offset, inside: Answer, outside: Answer = GOOD) =>
  (_: string, due: Offset): Answer =>
    due >= from && due < to ? inside : outside;

const OPEN_BEFORE = `
    - {name: up-before, phase: steady, indicator: {ratio: web}, atLeast: 100%}`;
const recoversIn = (limit: string) => `${OPEN_BEFORE}
    - {name: recovers, phase: recovery, indicator: {timeToRecover: web, successThreshold: 3}, atMost: ${limit}}`;
const AVAILABLE_AFTER = `${recoversIn('5s')}
    - {name: available-after, phase: recovery, indicator: {ratio: web}, atLeast: 80%}`;

const NO_LOSS = `
    - {name: no-event-lost, phase: run, indicator: {total: kv-events.lost}, atMost: 0, atLeastSeen: 20}
    - {name: events-arrive-again, phase: recovery, indicator: {ratio: kv-events}, atLeast: 90%}`;
const kvAnswer =
  (received: number) =>
  (_: string, due: Offset): Answer => ({
    values: { received, connected: 1 },
    covers: [Math.max(0, due - 1000), due],
    outcome: received > 0 ? 'good' : 'unknown',
    ...(received === 0 && { reason: 'no event: silence cannot be told from a partition' }),
  });
const kvFinal = (lost: number): Final[] => [
  { type: 'final', probe: 'kv-events', vantage: 'runner', covers: [0, 40_900], values: { lost, received: 0 } },
];

const AS_FAST_AS_BEFORE = `${OPEN_BEFORE}
    - name: as-fast-as-before
      phase: recovery
      indicator: {quantile: ttft.value, q: 0.5}
      atMost: {baseline: ttft-before, times: 1.2}`;
const ttftAnswer =
  (seconds: number) =>
  (probe: string, due: Offset): Answer =>
    probe === 'ttft' ? { values: { value: seconds + ((due / 500) % 5) / 1000 } } : GOOD;
const points = (value: (index: number) => string, count = 60): [number, string][] =>
  Array.from({ length: count }, (_, index) => [-60_000 + index * 1000, value(index)]);
const ttftBefore = (values: [number, string][], more: Partial<Reference> = {}): Reference[] => [
  reference('baseline:ttft-before', values, { query: 'max(ttft_seconds)', ...more }),
];
const steadyTtft = (index: number): string => String(0.2 + (index % 5) / 1000);
const ttftPlan: PlanParts = { objectives: AS_FAST_AS_BEFORE, probes: TTFT, baselines: TTFT_BEFORE };

const RATE_QUERY = `${OPEN_BEFORE}
    - name: few-errors
      phase: recovery
      indicator: {query: "sum(rate(errors_total[1m]))", source: prom, stat: max}
      atMost: 1`;

const booted = (instance: string, slotZero: Offset, more: Partial<VantageBoot> & { silentFrom?: number } = {}) => ({
  ...{ type: 'vantage' as const, vantage: 'gateway', instance, boot: `${instance}-1`, slotZero },
  ...{ clock: [-1.2, 1.3] as [Offset, Offset], ...more },
});
const fromGateway: PlanParts = { objectives: AVAILABLE_AFTER, probes: WEB_THERE, vantages: GATEWAY };

/** Every case by the sentence that names its folder. */
export const GOLDEN_CASES: Record<string, GoldenCase> = {
  'clean-pass': { plan: { objectives: AVAILABLE_AFTER }, answer: during(INJECTED, 21_000, REFUSED) },
  'clean-fail': { plan: { objectives: AVAILABLE_AFTER }, answer: during(INJECTED, 35_000, REFUSED) },
  'outage-that-begins-2s-after-the-injection': {
    plan: { objectives: recoversIn('5s') },
    answer: during(INJECTED + 2000, 30_000, REFUSED),
  },
  'relapse-after-recovery': {
    plan: { objectives: recoversIn('5s') },
    answer: (_, due) => ((due >= INJECTED && due < 21_000) || (due >= 30_000 && due < 32_000) ? REFUSED : GOOD),
  },
  'limit-inside-the-interval': {
    plan: { objectives: recoversIn('4300ms') },
    answer: during(INJECTED, 25_000, REFUSED),
  },
  'missing-samples-around-the-recovery': {
    plan: { objectives: recoversIn('5s') },
    answer: (_, due) =>
      due < INJECTED ? GOOD : due < 23_000 ? REFUSED : due < 28_000 ? { gap: 'overrun' } : GOOD,
  },
  'not-affected': { plan: { objectives: recoversIn('5s') }, answer: () => GOOD },
  'no-traffic': {
    plan: { objectives: NO_LOSS, probes: KV_EVENTS },
    answer: kvAnswer(0),
    finals: kvFinal(0),
  },
  'events-lost': { plan: { objectives: NO_LOSS, probes: KV_EVENTS }, answer: kvAnswer(2), finals: kvFinal(3) },
  'counts-without-their-drain': { plan: { objectives: NO_LOSS, probes: KV_EVENTS }, answer: kvAnswer(2) },
  'fault-not-proven': {
    plan: { objectives: recoversIn('5s') },
    answer: () => GOOD,
    events: events('outage', 0, {}, []),
  },
  'hanging-service': {
    plan: { objectives: recoversIn('5s'), probes: HANGING_WEB },
    answer: (_, due) =>
      due >= INJECTED && due < REMOVED
        ? { outcome: 'bad', values: {}, reason: 'no answer within 3s', ended: due + 3000 }
        : GOOD,
  },
  'one-shot-fault': {
    plan: { objectives: recoversIn('15s'), experiments: RESTART },
    answer: during(INJECTED, 20_000, REFUSED),
    events: events('restart', 0, { oneShot: true }),
  },
  'baseline-met': { plan: ttftPlan, answer: ttftAnswer(0.2), references: ttftBefore(points(steadyTtft)) },
  'baseline-missed': { plan: ttftPlan, answer: ttftAnswer(0.4), references: ttftBefore(points(steadyTtft)) },
  'empty-baseline': { plan: ttftPlan, answer: ttftAnswer(0.2), references: ttftBefore([]) },
  'nan-baseline': { plan: ttftPlan, answer: ttftAnswer(0.2), references: ttftBefore(points(() => 'NaN')) },
  'stale-baseline': { plan: ttftPlan, answer: ttftAnswer(0.2), references: ttftBefore(points(steadyTtft, 30)) },
  'baseline-source-down': {
    plan: ttftPlan,
    answer: ttftAnswer(0.2),
    references: ttftBefore([], { error: 'unreachable: connection refused' }),
  },
  'range-vector-reaching-out-of-the-phase': {
    plan: { objectives: RATE_QUERY },
    answer: during(INJECTED, 21_000, REFUSED),
    references: [
      reference('objective:few-errors@outage', [[21_000, '0'], [30_000, '0'], [40_000, '0']], {
        query: 'sum(rate(errors_total[1m]))',
      }),
    ],
  },
  aborted: {
    plan: { objectives: recoversIn('5s') },
    answer: during(INJECTED, 12_000, REFUSED),
    events: [
      ...events().slice(0, 3),
      { type: 'chaos', experiment: 'outage', at: 12_000, state: 'recovering', evidence: PROVEN },
      { type: 'chaos', experiment: 'outage', at: 12_200, state: 'recovered' },
      { type: 'chaos', experiment: 'outage', at: 12_300, state: 'quiesced' },
      { type: 'chaos', experiment: 'outage', at: 12_700, state: 'ended' },
    ],
    end: 'aborted',
  },
  'cut-file': { plan: { objectives: AVAILABLE_AFTER }, answer: during(INJECTED, 21_000, REFUSED), cutBytes: 700 },
  'two-experiments-the-first-not-recovered': {
    plan: { objectives: recoversIn('5s'), experiments: TWO_EXPERIMENTS },
    answer: during(INJECTED, 60_000, REFUSED),
    events: events(),
  },
  'only-the-vantage-sees-the-fault': {
    plan: {
      objectives: `${recoversIn('5s')}
    - {name: felt-there, phase: impact, indicator: {timeToImpact: web-there}, atMost: 1s}
    - {name: recovers-there, phase: recovery, indicator: {timeToRecover: web-there}, atMost: 5s}`,
      probes: WEB_HERE_AND_THERE,
      vantages: GATEWAY,
    },
    boots: [booted('gateway-7f', -86_400_123.4)],
    answer: (probe, due) => (probe === 'web-there' && due >= INJECTED && due < 21_000 ? REFUSED : GOOD),
  },
  'one-of-two-instances-falls-silent': {
    plan: fromGateway,
    boots: [booted('gateway-7f', -86_400_123.4), booted('gateway-9c', -3_600_000.6, { silentFrom: 22_000 })],
    answer: during(INJECTED, 21_000, REFUSED),
  },
  'an-instance-that-boots-again-in-the-middle': {
    plan: fromGateway,
    boots: [
      booted('gateway-7f', -86_400_123.4, { silentFrom: 24_000 }),
      booted('gateway-7f', 27_300.2, { boot: 'gateway-7f-2' }),
    ],
    answer: during(INJECTED, 21_000, REFUSED),
  },
  'an-instance-whose-place-is-taken': {
    plan: fromGateway,
    boots: [
      booted('gateway-7f', -86_400_123.4, { silentFrom: 24_000 }),
      booted('gateway-9c', 24_300.2, { replaces: 'gateway-7f' }),
    ],
    answer: during(INJECTED, 21_000, REFUSED),
  },
  'an-uncertain-clock-at-the-edges': {
    plan: {
      ...fromGateway,
      objectives: `${OPEN_BEFORE}
    - {name: down-in-the-fault, phase: fault, indicator: {ratio: web}, atMost: 0%}
    - {name: recovers, phase: recovery, indicator: {timeToRecover: web, successThreshold: 3}, atMost: 2s}`,
    },
    boots: [booted('gateway-7f', -86_400_123.4, { clock: [-1800, 1800] })],
    answer: during(INJECTED - 1500, REMOVED + 1500, REFUSED),
  },
};

/** The gate's entry of the second experiment, which only the case with two experiments has. */
const CLOSED_GATE: Entry = {
  type: 'gate',
  experiment: 'again',
  at: 41_000,
  open: false,
  reason: 'the recovery objective of outage, recovers did not pass',
};

/** The timeline's bytes of a case. */
export function timelineText(golden: GoldenCase, plan: Plan): string {
  const entries = timelineOf({ ...golden, plan, events: golden.events ?? events() });
  if (plan.experiments.length > 1) entries.splice(entries.length - 1, 0, CLOSED_GATE);
  const text = entries.map((entry) => `${JSON.stringify(rounded(entry))}\n`).join('');
  return golden.cutBytes ? text.slice(0, -golden.cutBytes) : text;
}

function rounded(entry: Entry): Entry {
  return entry.type === 'sample' ? ({ ...entry, detail: undefined } satisfies Sample as Sample) : entry;
}
