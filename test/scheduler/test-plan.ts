import type { Driver } from '../../src/chaos/contract.ts';
import type { ProbeSession, Reading } from '../../src/probes/contract.ts';
import { conduct } from '../../src/scheduler/conductor.ts';
import type { ConductParts, ConductResult } from '../../src/scheduler/parts.ts';
import type { ProgressEvent } from '../../src/scheduler/progress.ts';
import type { ChaosEvent, Entry } from '../../src/slo/model/entry.ts';
import type { Experiment, Plan, ProbeSpec } from '../../src/slo/model/plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';

/** A probe of 100 ms that declares one level and one count. */
export function probeSpec(changes: Partial<ProbeSpec> = {}): ProbeSpec {
  return {
    name: 'port',
    type: 'fake',
    at: 'runner',
    intervalMs: 100,
    timeoutMs: 250,
    onTimeout: 'bad',
    values: {
      ms: { unit: 'ms', kind: 'level', help: 'how long it took' },
      seen: { unit: '1', kind: 'count', help: 'how many were seen' },
    },
    config: {},
    ...changes,
  };
}

/** A session that answers the same at once. */
export function answering(reading: Reading): ProbeSession {
  return { sample: async () => reading, close: async () => {} };
}

export const GOOD: Reading = { outcome: 'good', values: { ms: 1 } };

export function experiment(changes: Partial<Experiment> = {}): Experiment {
  return {
    name: 'cut',
    driver: 'fake',
    durationMs: 2000,
    oneShot: false,
    phases: { steadyMs: 1000, recoveryMs: 1000, settleMs: 0 },
    config: {},
    ...changes,
  };
}

export function planOf(experiments: Experiment[], probes: ProbeSpec[]): Plan {
  return {
    name: 'test',
    labels: {},
    digest: 'sha256:00',
    seed: 7,
    phases: { steadyMs: 1000, recoveryMs: 1000, settleMs: 0 },
    limits: { maxFaultMs: 600_000, maxTargets: 2, namespaces: [], abortWhen: [] },
    sources: [],
    vantages: [],
    probes,
    baselines: [],
    experiments,
    objectives: [],
    exporters: [],
  };
}

/** A driver that does as it should and writes down what was asked of it, with the moment. */
export function obedientDriver(clock: VirtualClock, calls: string[], changes: Partial<Driver> = {}): Driver {
  const noted =
    <T>(name: string, ms: number, answer: T) =>
    async (): Promise<T> => {
      calls.push(`${name} ${clock.now()}`);
      await clock.sleepUntil(clock.now() + ms);
      return answer;
    };
  return {
    prepare: noted('prepare', 10, { targets: ['pod-a'], problems: [] }),
    inject: noted('inject', 100, { evidence: [{ of: 'mechanism', holds: true, text: 'in place' }] }),
    recover: noted('recover', 50, { evidence: [] }),
    evidence: noted('evidence', 5, [{ of: 'mechanism', holds: true, text: 'still in place' }]),
    close: noted('close', 0, undefined),
    ...changes,
  };
}

/** A conducted run and what it left. */
export interface Conducted {
  result: ConductResult;
  entries: Entry[];
  progress: ProgressEvent[];
  calls: string[];
  clock: VirtualClock;
}

/** Conducts under a virtual clock; a part that the case does not name does as it should. */
export async function conducted(
  build: (clock: VirtualClock, calls: string[]) => Partial<ConductParts>,
): Promise<Conducted> {
  const clock = new VirtualClock();
  const [entries, progress, calls]: [Entry[], ProgressEvent[], string[]] = [[], [], []];
  const spec = probeSpec();
  const parts: ConductParts = {
    plan: planOf([experiment()], [spec]),
    clock,
    record: (entry) => entries.push(entry),
    sync: async () => {},
    probes: [{ spec, session: answering(GOOD) }],
    driverOf: async () => obedientDriver(clock, calls),
    decide: { gate: () => ({ open: true }) },
    stopConditions: [],
    progress: (event) => progress.push(event),
    abort: new AbortController().signal,
    ...build(clock, calls),
  };
  const result = await clock.run(conduct(parts));
  return { result, entries, progress, calls, clock };
}

/** The steps of an experiment as `state@moment`. */
export function steps(entries: readonly Entry[], name = 'cut'): string[] {
  return chaosEvents(entries, name).map((event) => `${event.state}@${event.at}`);
}

export function chaosEvents(entries: readonly Entry[], name = 'cut'): ChaosEvent[] {
  return entries.filter((entry) => entry.type === 'chaos').filter((event) => event.experiment === name);
}

export function entriesOf<T extends Entry['type']>(entries: readonly Entry[], type: T): Extract<Entry, { type: T }>[] {
  return entries.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);
}
