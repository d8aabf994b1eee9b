import type { Experiment, Plan, ProbeSpec } from '../../src/slo/model/plan.ts';
import { Dice } from './dice.ts';
import { FAR } from './fake-vantage.ts';

/** A small plan with whatever shape the seed gives it. */
export function randomPlan(seed: number): Plan {
  const dice = new Dice(seed, 'plan');
  const many = (least: number, most: number) => Array.from({ length: dice.between(least, most) }, (_, i) => i);
  const probes = many(0, 4).map((i) => randomProbe(dice, i));
  const elsewhere = new Dice(seed, 'elsewhere');
  if (elsewhere.chance(0.3)) for (const probe of probes) if (elsewhere.chance(0.5)) probe.at = FAR;
  const experiments = many(1, 3).map((i) => randomExperiment(dice, i));
  const maxFaultMs = dice.chance(0.2) ? dice.between(500, 4000) : 20_000;
  return {
    name: `simulated-${seed}`,
    labels: {},
    digest: 'sha256:00',
    seed,
    phases: { steadyMs: 1000, recoveryMs: 1000, settleMs: 0 },
    limits: { maxFaultMs, maxTargets: 3, namespaces: [], abortWhen: [] },
    sources: [],
    vantages: [],
    probes,
    baselines: [],
    experiments,
    objectives: [],
    exporters: [],
  };
}

function randomProbe(dice: Dice, index: number): ProbeSpec {
  return {
    name: `probe-${index}`,
    type: 'fake',
    at: 'runner',
    intervalMs: dice.pick([50, 100, 200, 333, 1000]),
    timeoutMs: dice.pick([40, 150, 500, 1000, 2500]),
    onTimeout: dice.pick(['bad', 'unknown']),
    values: {
      call: { unit: '1', kind: 'level', help: 'which call of the simulation answered' },
      seen: { unit: '1', kind: 'count', help: 'how many were seen' },
    },
    config: {},
  };
}

function randomExperiment(dice: Dice, index: number): Experiment {
  const oneShot = dice.chance(0.3);
  return {
    name: `experiment-${index}`,
    driver: 'fake',
    durationMs: oneShot ? 0 : dice.between(0, dice.chance(0.15) ? 40_000 : 4000),
    oneShot,
    phases: {
      steadyMs: dice.between(0, 3000),
      recoveryMs: dice.between(0, 3000),
      settleMs: dice.pick([0, 0, 700]),
    },
    config: {},
  };
}
