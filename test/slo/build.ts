import type { ChaosEvent, Entry, Final, Gap, Reference, Sample, VantageBoot } from '../../src/slo/model/entry.ts';
import { TIMELINE_SCHEMA } from '../../src/slo/model/entry.ts';
import type { Experiment, Objective, Plan, ProbeSpec } from '../../src/slo/model/plan.ts';
import { Recording } from '../../src/slo/recording.ts';
import { slotDue, slotsDueBetween } from '../../src/slo/slots.ts';

export const STARTED_AT = '2026-03-02T02:00:00.000Z';

export function probe(name: string, overrides: Partial<ProbeSpec> = {}): ProbeSpec {
  return {
    name,
    type: 'fake',
    at: 'runner',
    intervalMs: 1000,
    timeoutMs: 500,
    onTimeout: 'bad',
    values: {
      latencyMs: { unit: 'ms', kind: 'level', help: 'how long it took' },
      lost: { unit: '1', kind: 'count', help: 'events lost', needsTraffic: 'received' },
      received: { unit: '1', kind: 'count', help: 'events received' },
    },
    config: {},
    ...overrides,
  };
}

export function experiment(name: string, overrides: Partial<Experiment> = {}): Experiment {
  return {
    name,
    driver: 'fake',
    durationMs: 30_000,
    oneShot: false,
    phases: { steadyMs: 60_000, recoveryMs: 90_000, settleMs: 0 },
    config: {},
    ...overrides,
  };
}

export function objective(name: string, overrides: Partial<Objective> = {}): Objective {
  return {
    name,
    phase: 'recovery',
    indicator: { kind: 'ratio', probe: 'web' },
    bound: { op: 'atLeast', target: { kind: 'constant', quantity: { value: 1, unit: 'ratio', text: '100%' } } },
    severity: 'critical',
    tolerateMissing: 0,
    ...overrides,
  };
}

export function atMost(value: number, unit: 'ms' | 'ratio' | '1' = 'ms', text = `${value}${unit === '1' ? '' : unit}`) {
  return { op: 'atMost' as const, target: { kind: 'constant' as const, quantity: { value, unit, text } } };
}

export function atLeast(value: number, unit: 'ms' | 'ratio' | '1' = 'ratio', text = `${value * 100}%`) {
  return { op: 'atLeast' as const, target: { kind: 'constant' as const, quantity: { value, unit, text } } };
}

export function plan(overrides: Partial<Plan> = {}): Plan {
  return {
    name: 'test-plan',
    labels: {},
    digest: 'sha256:00',
    seed: 7,
    phases: { steadyMs: 60_000, recoveryMs: 90_000, settleMs: 0 },
    limits: { maxFaultMs: 180_000, maxTargets: 1, namespaces: [], abortWhen: [] },
    sources: [],
    vantages: [],
    probes: [probe('web')],
    baselines: [],
    experiments: [experiment('outage')],
    objectives: [objective('available')],
    exporters: [],
    ...overrides,
  };
}

export type Answer = Partial<Omit<Sample, 'type'>> | { gap: string } | undefined;

export interface World {
  plan: Plan;
  /** What each due slot brought; `undefined`: nothing was recorded at all. */
  answer(probe: string, due: number, instance: string): Answer;
  /** The boots of vantages besides the runner; nothing is recorded of one from `silentFrom` on. */
  boots?: (VantageBoot & { silentFrom?: number })[];
  /** Defaults to the events of a clean experiment that starts at 0. */
  events?: ChaosEvent[];
  finals?: Final[];
  references?: Reference[];
  end?: 'completed' | 'aborted' | 'none';
}

const PROOF = [{ of: 'mechanism' as const, holds: true, text: 'the fake fault was seen to bite' }];

/** started at `from`, fault of 30 s after 60 s, recovery of 90 s. */
export function cleanEvents(name = 'outage', from = 0): ChaosEvent[] {
  const at = (state: ChaosEvent['state'], offset: number, more: Partial<ChaosEvent> = {}): ChaosEvent => ({
    type: 'chaos',
    experiment: name,
    state,
    at: from + offset,
    ...more,
  });
  return [
    at('started', 0),
    at('requested', 60_000),
    at('injected', 60_500, { evidence: PROOF }),
    at('recovering', 90_500, { evidence: PROOF }),
    at('recovered', 91_000),
    at('quiesced', 181_000),
    at('ended', 182_000),
  ];
}

const RUNNER: VantageBoot = {
  type: 'vantage',
  vantage: 'runner',
  instance: 'test',
  boot: 'b1',
  slotZero: 0,
  clock: [0, 0],
};

/** The entries of a run in which the given world was probed. */
export function timelineOf(world: World): Entry[] {
  const { plan } = world;
  const events = world.events ?? cleanEvents();
  const entries: Entry[] = [
    {
      type: 'header',
      schema: TIMELINE_SCHEMA,
      run: 'run-1',
      plan: plan.name,
      digest: plan.digest,
      seed: plan.seed,
      version: '0.0.0-test',
      startedAt: STARTED_AT,
    },
    RUNNER,
    ...(world.boots ?? []).map(({ silentFrom: _, ...boot }) => boot),
    ...(world.references ?? []),
  ];
  const timed: { at: number; entry: Entry }[] = events.map((event) => ({ at: event.at, entry: event }));
  for (const { from, to } of probedTimes(events)) timed.push(...samplesBetween(world, from, to));
  for (const final of world.finals ?? []) timed.push({ at: final.covers[1], entry: final });
  timed.sort((a, b) => a.at - b.at);
  entries.push(...timed.map(({ entry }) => entry));
  const last = Math.max(...events.map((event) => event.at));
  if (world.end === 'aborted') entries.push({ type: 'end', at: last, cause: 'aborted', reason: 'stopped by SIGTERM' });
  else if (world.end !== 'none') entries.push({ type: 'end', at: last, cause: 'completed' });
  return entries;
}

function probedTimes(events: ChaosEvent[]): { from: number; to: number }[] {
  return events
    .filter((event) => event.state === 'started')
    .map((started) => {
      const ofSame = events.filter((event) => event.experiment === started.experiment);
      const end = ofSame.find((event) => event.state === 'quiesced') ?? ofSame[ofSame.length - 1]!;
      return { from: started.at, to: end.at };
    });
}

function samplesBetween(world: World, from: number, to: number): { at: number; entry: Entry }[] {
  return world.plan.probes.flatMap((spec) =>
    [RUNNER, ...(world.boots ?? [])]
      .filter(({ vantage }) => vantage === spec.at)
      .flatMap((boot: VantageBoot & { silentFrom?: number }) => {
        const until = Math.min(to, boot.silentFrom ?? to);
        return samplesOf(world, spec, boot, Math.max(from, boot.slotZero), until);
      }),
  );
}

function samplesOf({ plan, answer }: World, spec: ProbeSpec, boot: VantageBoot, from: number, to: number) {
  const found: { at: number; entry: Entry }[] = [];
  const range = slotsDueBetween(spec, plan.seed, boot.slotZero, from, to);
  for (let slot = range?.first ?? 0; slot <= (range?.last ?? -1); slot++) {
    const due = slotDue(plan.seed, spec, boot.slotZero, slot);
    const said = answer(spec.name, due, boot.instance);
    if (!said) continue;
    const place = { vantage: spec.at, ...(boot !== RUNNER && { instance: boot.instance }) };
    const base = { probe: spec.name, ...place, slot, due };
    const entry: Sample | Gap =
      'gap' in said
        ? { type: 'gap', ...base, reason: said.gap }
        : { type: 'sample', ...base, started: due, ended: due + 5, outcome: 'good', values: {}, ...said };
    found.push({ at: entry.type === 'gap' ? due : entry.ended, entry });
  }
  return found;
}

export function recordingOf(world: World): Recording {
  return Recording.of(timelineOf(world));
}

export const GOOD: Answer = { outcome: 'good', values: { latencyMs: 5 } };
export const BAD: Answer = { outcome: 'bad', values: {}, reason: 'refused' };

export function reference(of: string, values: [number, string][], overrides: Partial<Reference> = {}): Reference {
  return {
    type: 'reference',
    of,
    source: 'prom',
    query: 'q',
    start: '2026-03-02T01:59:00.000Z',
    end: STARTED_AT,
    step: 1,
    series: values.length > 0 ? [{ labels: {}, values }] : [],
    ...overrides,
  };
}
