import type { Driver, Observed } from '../../src/chaos/contract.ts';
import type { Experiment } from '../../src/slo/model/plan.ts';
import { Dice } from './dice.ts';
import type { FaultTruth, World } from './world.ts';

/** How a simulated driver behaves. */
interface Temper {
  opens: 'works' | 'rejects' | 'hangs' | 'late';
  prepare: 'works' | 'finds problems' | 'too many' | 'rejects' | 'hangs';
  inject: 'works' | 'rejects' | 'throws' | 'hangs' | 'rejects after striking' | 'deaf' | 'deaf for ever';
  recover: 'works' | 'works later' | 'never' | 'hangs';
  evidence: 'works' | 'rejects' | 'hangs' | 'garbage';
  hold: 'works' | 'rejects' | 'hangs';
  close: 'works' | 'rejects' | 'hangs';
  tells: 'truth' | 'nothing' | 'nonsense';
}

const NONSENSE: Observed[] = [
  { at: Number.NaN, evidence: [] },
  { at: 1e12, notBefore: -5, evidence: 'proof' as never },
  { at: -1e6, evidence: [{ of: 'mechanism', text: 7 } as never] },
];

/** A driver that obeys, or one that does not, and the truth about its fault. */
export async function fakeDriver(world: World, experiment: Experiment, seed: number): Promise<Driver> {
  const dice = new Dice(seed, `driver ${experiment.name}`);
  const temper = drawTemper(dice);
  if (temper.opens === 'rejects') throw new Error('no such cluster');
  if (temper.opens === 'hangs') return world.hangDeaf();
  if (temper.opens === 'late') await world.take(10_000);
  const obeys = !temper.inject.startsWith('deaf') && temper.recover === 'works';
  const fault: FaultTruth = { experiment: experiment.name, oneShot: experiment.oneShot, obeys, changes: [] };
  world.faults.push(fault);
  return new FakeDriver(world, fault, temper, dice).asDriver();
}

function drawTemper(dice: Dice): Temper {
  const rarely = <Name extends string>(...rest: Name[]): Name | 'works' =>
    dice.chance(0.25) ? dice.pick(rest) : 'works';
  return {
    opens: dice.chance(0.1) ? dice.pick(['rejects', 'hangs', 'late'] as const) : 'works',
    prepare: dice.chance(0.12) ? dice.pick(['finds problems', 'too many', 'rejects', 'hangs'] as const) : 'works',
    inject: rarely('rejects', 'throws', 'hangs', 'rejects after striking', 'deaf', 'deaf', 'deaf for ever'),
    recover: rarely('works later', 'never', 'hangs'),
    evidence: rarely('rejects', 'hangs', 'garbage'),
    hold: rarely('rejects', 'hangs'),
    close: rarely('rejects', 'hangs'),
    tells: dice.weighted({ truth: 6, nothing: 2, nonsense: 2 }),
  };
}

class FakeDriver {
  readonly #world: World;
  readonly #fault: FaultTruth;
  readonly #temper: Temper;
  readonly #dice: Dice;
  #failuresLeft: number;

  constructor(world: World, fault: FaultTruth, temper: Temper, dice: Dice) {
    this.#world = world;
    this.#fault = fault;
    this.#temper = temper;
    this.#dice = dice;
    this.#failuresLeft = temper.recover === 'works later' ? dice.between(1, 2) : Number.POSITIVE_INFINITY;
  }

  asDriver(): Driver {
    const driver: Driver = {
      prepare: (signal) => this.#prepare(signal),
      inject: (signal) => this.#inject(signal),
      recover: () => this.#recover(),
      evidence: (signal) => this.#evidence(signal),
      close: () => this.#close(),
    };
    if (this.#fault.oneShot) driver.hold = (signal) => this.#hold(signal);
    return driver;
  }

  async #prepare(signal: AbortSignal) {
    await this.#world.take(this.#dice.between(0, 300), signal);
    const how = this.#temper.prepare;
    if (how === 'rejects') throw new Error('the server is away');
    if (how === 'hangs') return this.#world.hang(signal);
    const targets = how === 'too many' ? ['a', 'b', 'c', 'd'] : ['a'];
    return { targets, problems: how === 'finds problems' ? ['no permission'] : [] };
  }

  #inject(signal: AbortSignal): Promise<Observed> {
    if (this.#temper.inject === 'throws') throw new Error('a bug');
    return this.#strike(this.#temper.inject.startsWith('deaf') ? undefined : signal, signal);
  }

  async #strike(heeded: AbortSignal | undefined, signal: AbortSignal): Promise<Observed> {
    const how = this.#temper.inject;
    await this.#world.take(this.#dice.between(0, 1500), heeded);
    if (how === 'rejects') throw new Error('no target was affected');
    if (how === 'deaf for ever' || how === 'deaf') await this.#world.take(this.#dice.between(0, 9000));
    this.#world.switchFault(this.#fault, true);
    await this.#world.take(this.#dice.between(0, 300), heeded);
    if (how === 'rejects after striking') throw new Error('one of two targets was affected');
    if (how === 'hangs') return this.#world.hang(signal);
    if (how === 'deaf for ever') return this.#world.hangDeaf();
    return this.#observed();
  }

  async #hold(signal: AbortSignal): Promise<Observed> {
    await this.#world.take(this.#dice.between(0, 2000), signal);
    if (this.#temper.hold === 'rejects') throw new Error('the watch broke');
    if (this.#temper.hold === 'hangs') return this.#world.hang(signal);
    this.#world.switchFault(this.#fault, false);
    return this.#observed();
  }

  async #recover(): Promise<Observed> {
    await this.#world.take(this.#dice.between(0, 1000));
    if (this.#temper.recover === 'hangs') return this.#world.hangDeaf();
    if (this.#temper.recover !== 'works' && this.#failuresLeft-- > 0) throw new Error('a finalizer holds the object');
    this.#world.switchFault(this.#fault, false);
    return this.#observed();
  }

  async #evidence(signal: AbortSignal) {
    if (this.#temper.evidence === 'rejects') throw new Error('no such pod');
    if (this.#temper.evidence === 'hangs') return this.#world.hang(signal);
    if (this.#temper.evidence === 'garbage') return 'proof' as never;
    return [{ of: 'mechanism' as const, holds: true, text: 'packets are dropped', values: { dropped: 3 } }];
  }

  async #close(): Promise<void> {
    if (this.#temper.close === 'rejects') throw new Error('already closed');
    if (this.#temper.close === 'hangs') return this.#world.hangDeaf();
  }

  #observed(): Observed {
    if (this.#temper.tells === 'nothing') return undefined as never;
    if (this.#temper.tells === 'nonsense') return this.#dice.pick(NONSENSE);
    const at = this.#world.clock.now();
    return { at, notBefore: at - 1, evidence: [{ of: 'mechanism', holds: true, text: 'in place' }] };
  }
}
