import { expect, test } from 'vitest';
import { type Loaded, loadFiles } from '../../src/plan/load.ts';
import { fakeRegistries } from './fake-registries.ts';

const PLAN = `apiVersion: steadfast/v1
kind: Plan
metadata: {name: load}
spec:
  limits: {maxFault: 3m}
  probes:
    - {name: port, type: zmtp-port, config: {endpoint: "tcp://127.0.0.1:5557"}}
  experiments:
    - {name: before, driver: chaos, duration: 30s, config: {manifest: {kind: Cut}}}
    - {name: cpu, driver: chaos, duration: 30s, steps: [10%, 12.5%, 100%], config: {manifest: {kind: Load, percent: 80}}}
    - {name: after, driver: chaos, duration: 30s, config: {manifest: {kind: Cut}, note: last}}
  objectives:
    - {name: healthy, phase: steady, indicator: {ratio: port}, atLeast: 100%}
    - {name: recovers, experiments: [cpu, after], phase: recovery, indicator: {timeToRecover: port}, atMost: 30s}
    - {name: calm, experiments: [cpu-10pct, before], phase: impact, indicator: {ratio: port}, atLeast: 90%}
`;

function loadText(text: string, masked = false): Loaded {
  return loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, {}, { masked });
}

test('each step is an experiment of its own, at its part of the intensity', () => {
  const { plans, diagnostics } = loadText(PLAN);

  expect(diagnostics).toEqual([]);
  const [before, ...steps] = plans[0]!.plan.experiments;
  const after = steps.pop();
  expect([before!.step, after!.step]).toEqual([undefined, undefined]);
  expect(steps).toMatchObject([
    { name: 'cpu-10pct', step: { of: 'cpu', share: 0.1 }, durationMs: 30_000, config: { manifest: { percent: 8 } } },
    {
      name: 'cpu-12-5pct',
      step: { of: 'cpu', share: 0.125, after: 'cpu-10pct' },
      config: { manifest: { percent: 10 } },
    },
    { name: 'cpu-100pct', step: { of: 'cpu', share: 1, after: 'cpu-12-5pct' }, config: { manifest: { percent: 80 } } },
  ]);
  expect(steps[0]!.step).not.toHaveProperty('after');
});

test('an objective that names the experiment speaks of all its steps, one that names a step of that one', () => {
  const [healthy, recovers, calm] = loadText(PLAN).plans[0]!.plan.objectives;

  expect(healthy!.experiments).toBeUndefined();
  expect(recovers!.experiments).toEqual(['cpu-10pct', 'cpu-12-5pct', 'cpu-100pct', 'after']);
  expect(calm!.experiments).toEqual(['cpu-10pct', 'before']);
});

test('the recorded plan makes the same steps again', () => {
  const [recorded] = loadText(PLAN).plans;

  expect(loadText(recorded!.resolvedYaml, true).plans[0]!.plan).toEqual(recorded!.plan);
});

test('every config counts in the digest, also one that stands behind steps', () => {
  const digestOf = (text: string): string => loadText(text).plans[0]!.plan.digest;

  expect(digestOf(PLAN.replace('note: last', 'note: other'))).not.toBe(digestOf(PLAN));
  expect(digestOf(PLAN.replace('percent: 80', 'percent: 81'))).not.toBe(digestOf(PLAN));
  expect(digestOf(PLAN.replace('12.5%', '13%'))).not.toBe(digestOf(PLAN));
});

test('a fault that ends by itself has no duration, and may take as long as its config shows', () => {
  const text = PLAN.replace('cpu-10pct, before', 'cpu').replace(
    'duration: 30s, steps: [10%, 12.5%, 100%], config: {manifest: {kind: Load, percent: 80}}',
    'config: {manifest: {kind: Workflow, deadline: 10m}}',
  );
  const load = (limits: string): Loaded => loadText(text.replace('  limits: {maxFault: 3m}\n', limits));

  expect(load('').plans[0]!.plan.limits.maxFaultMs).toBe(660_000);
  expect(load('  limits: {maxFault: 11m}\n').plans[0]!.plan.experiments[1]).toMatchObject({
    durationMs: 0,
    oneShot: false,
    endsByItself: true,
  });
});
