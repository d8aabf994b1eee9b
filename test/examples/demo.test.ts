import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { breaks } from '../../lab/demo/breaks.ts';

interface DemoPlan {
  spec: { objectives: { name: string }[]; experiments: { name: string }[] };
}

const { spec } = parse(readFileSync(new URL('../../examples/demo.yaml', import.meta.url), 'utf8')) as DemoPlan;

it('has a planted violation for each promise of the demo, and none besides', () => {
  expect(breaks.map(({ objective }) => objective).sort()).toEqual(spec.objectives.map(({ name }) => name).sort());
});

it('plants each violation in an experiment of the demo', () => {
  const experiments = spec.experiments.map(({ name }) => name);

  expect(breaks.filter(({ experiment }) => !experiments.includes(experiment))).toEqual([]);
});
