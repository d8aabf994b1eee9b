import { conduct } from '../../src/scheduler/conductor.ts';
import type { ConductParts, ConductResult, StopConditionReader } from '../../src/scheduler/parts.ts';
import type { ProgressEvent } from '../../src/scheduler/progress.ts';
import { type Entry, type Header, type Offset, RUNNER_VANTAGE } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { Dice } from './dice.ts';
import { fakeDriver } from './fake-driver.ts';
import { fakeProbe } from './fake-probe.ts';
import { fakeVantages } from './fake-vantage.ts';
import { randomPlan } from './random-plan.ts';
import { VirtualClock } from './virtual-clock.ts';
import { World } from './world.ts';

/** All that is known of a simulated run: what was recorded, and what was really the case. */
export interface History {
  seed: number;
  plan: Plan;
  entries: Entry[];
  /** The timeline as its file would hold it. */
  bytes: Uint8Array;
  result: ConductResult;
  world: World;
  /** When the run was first told to stop. */
  stoppedAt?: Offset;
  /** The timeline could not be written from some moment on. */
  recordingFailed: boolean;
  finishedAt: Offset;
  /** The processes of the vantage live all the time, and every exchange with them comes about soon. */
  calmVantage: boolean;
}

/** Short, so that worlds that hang do not take long. */
export const SIMULATED_BUDGETS = {
  prepareMs: 2000,
  injectMs: 4000,
  recoverMs: 3000,
  recoverAttempts: 3,
  evidenceMs: 500,
  injectGraceMs: 500,
  strayInjectionMs: 2000,
  drainMs: 1000,
  abortedSettleMs: 1000,
  abortedDrainMs: 1000,
  vantageMs: 1500,
  collectMs: 2000,
  closeMs: 500,
  stopReadMs: 1000,
  syncMs: 1000,
};

const LONGEST_RUN_MS = 10 * 60_000;
const AFTERMATH_MS = 60_000;

/** Runs the production conductor in the world of this seed, and then lets the world run on. */
export async function simulate(seed: number): Promise<History> {
  const clock = new VirtualClock();
  const world = new World(clock);
  const plan = randomPlan(seed);
  const notebook = new Notebook(seed, world, plan);
  const vantages = fakeVantages(world, plan, seed);
  const result = await clock.run(conduct(partsOf(seed, world, plan, notebook, vantages?.open)), LONGEST_RUN_MS);
  const finishedAt = clock.now();
  vantages?.end();
  await clock.runOut(finishedAt + AFTERMATH_MS);
  const bytes = new TextEncoder().encode(notebook.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const history: History = {
    seed,
    plan,
    entries: notebook.entries,
    bytes,
    result,
    world,
    recordingFailed: notebook.failed,
    finishedAt,
    calmVantage: vantages?.calm ?? false,
  };
  return notebook.stoppedAt === undefined ? history : { ...history, stoppedAt: notebook.stoppedAt };
}

function partsOf(
  seed: number,
  world: World,
  plan: Plan,
  notebook: Notebook,
  openVantages: ConductParts['openVantages'],
): ConductParts {
  const dice = new Dice(seed, 'run');
  return {
    plan,
    clock: world.clock,
    record: (entry) => notebook.record(entry),
    sync: fakeSync(world, dice),
    probes: plan.probes
      .filter(({ at }) => at === RUNNER_VANTAGE)
      .map((spec) => ({ spec, session: fakeProbe(world, spec, seed) })),
    ...(openVantages && { openVantages }),
    driverOf: (experiment) => fakeDriver(world, experiment, seed),
    decide: { gate: fakeGate(dice) },
    ...(dice.chance(0.5) && { readThrottledMs: () => world.blockedMs }),
    stopConditions: Array.from({ length: dice.pick([0, 0, 1, 2]) }, (_, i) => fakeStopCondition(world, dice, i)),
    ...(dice.chance(0.5) ? { collect: fakeCollect(world, dice) } : {}),
    progress: (event) => notebook.note(event),
    abort: fakeAbort(world, dice),
    budgets: SIMULATED_BUDGETS,
  };
}

/** Where the run is recorded; in some worlds the disk is full at some moment. */
class Notebook {
  readonly entries: Entry[] = [];
  stoppedAt: Offset | undefined;
  failed = false;
  readonly #world: World;
  readonly #failsAt: Offset;
  readonly #displayFails: boolean;

  constructor(seed: number, world: World, plan: Plan) {
    const dice = new Dice(seed, 'notebook');
    this.#world = world;
    this.#failsAt = dice.chance(0.08) ? dice.between(0, 10_000) : Number.POSITIVE_INFINITY;
    this.#displayFails = dice.chance(0.05);
    this.entries.push(headerOf(plan));
  }

  record(entry: Entry): void {
    if (this.#world.clock.now() >= this.#failsAt) {
      this.failed = true;
      throw new Error('ENOSPC: no space left on device');
    }
    this.entries.push(structuredClone(entry));
  }

  note(event: ProgressEvent): void {
    if (event.type === 'stopping') this.stoppedAt ??= event.at;
    if (this.#displayFails) throw new Error('EPIPE');
  }
}

function headerOf(plan: Plan): Header {
  const { name, digest, seed } = plan;
  return {
    type: 'header',
    schema: 'steadfast/timeline/v1',
    run: `run-${seed}`,
    plan: name,
    digest,
    seed,
    version: '0.0.0',
    startedAt: '2026-01-01T00:00:00.000Z',
  };
}

function fakeSync(world: World, dice: Dice): () => Promise<void> {
  const how = dice.weighted({ works: 30, rejects: 1, hangs: 1 });
  return async () => {
    await world.take(dice.between(0, 20));
    if (how === 'rejects') throw new Error('EIO: i/o error');
    if (how === 'hangs') return world.hangDeaf();
  };
}

function fakeGate(dice: Dice) {
  return () => {
    const how = dice.weighted({ open: 20, closed: 2, throws: 1 });
    if (how === 'throws') throw new Error('a bug');
    return how === 'open' ? { open: true } : { open: false, reason: 'a steady objective did not pass' };
  };
}

function fakeStopCondition(world: World, dice: Dice, index: number): StopConditionReader {
  const breachFrom = dice.chance(0.5) ? dice.between(0, 15_000) : Number.POSITIVE_INFINITY;
  const how = dice.pick(['breach', 'no data', 'hang', 'deaf'] as const);
  return {
    name: `condition-${index}`,
    intervalMs: dice.pick([100, 500]),
    forMs: dice.pick([0, 300, 1000]),
    read: async (signal) => {
      await world.take(dice.between(0, 50), signal);
      if (world.clock.now() < breachFrom) return { value: 1, breach: false, reason: '' };
      if (how === 'no data') throw new Error('connection refused');
      if (how === 'hang') return world.hang(signal);
      if (how === 'deaf') return world.hangDeaf();
      return { value: 99, breach: true, reason: '99 is above 50' };
    },
  };
}

function fakeCollect(world: World, dice: Dice): NonNullable<ConductParts['collect']> {
  const ask = async (signal: AbortSignal): Promise<Entry[]> => {
    await world.take(dice.between(0, 500), signal);
    const how = dice.weighted({ works: 6, rejects: 1, hangs: 1 });
    if (how === 'rejects') throw new Error('a bug');
    if (how === 'hangs') return world.hangDeaf();
    return [{ type: 'reference', of: 'baseline:b', source: 's', query: 'up', start: '', end: '', step: 0, series: [] }];
  };
  return { before: ask, after: (_, signal) => ask(signal) };
}

function fakeAbort(world: World, dice: Dice): AbortSignal {
  const controller = new AbortController();
  if (dice.chance(0.4)) world.clock.at(dice.between(0, 15_000), () => controller.abort('SIGTERM'));
  return controller.signal;
}
