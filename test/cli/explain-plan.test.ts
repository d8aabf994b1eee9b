import { expect, test } from 'vitest';
import { explainPlan } from '../../src/cli/explain/plan.ts';
import { loadFiles } from '../../src/plan/load.ts';
import { fakeRegistries } from '../plan/fake-registries.ts';

const PLAN = `apiVersion: steadfast/v1
kind: Plan
metadata: {name: load}
spec:
  phases: {steady: 10s, recovery: 20s}
  probes:
    - {name: port, type: zmtp-port, interval: 1s, config: {endpoint: "tcp://127.0.0.1:5557"}}
  experiments:
    - {name: cpu, driver: chaos, duration: 30s, steps: [25%, 50%], config: {manifest: {kind: Load, percent: 80}}}
    - {name: flow, driver: chaos, config: {manifest: {kind: Workflow, deadline: 4m}}}
  objectives:
    - {name: healthy, phase: steady, indicator: {ratio: port}, atLeast: 100%}
    - {name: recovers, phase: recovery, experiments: [cpu], indicator: {timeToRecover: port}, atMost: 10s, note: A lost worker's task waits for 10 s.}
    - {name: calm, phase: fault, experiments: [flow], indicator: {ratio: port}, atLeast: 90%}
`;

function explained(): string[] {
  const { plans } = loadFiles([{ file: 'plan.yaml', text: PLAN, fromDirectory: false }], fakeRegistries, {});
  return explainPlan(plans[0]!, fakeRegistries).split('\n');
}

test('each step is told with its part and with what it waits for', () => {
  const faults = explained().filter((line) => /^ {2}\+.* fault /.test(line));

  expect(faults).toEqual([
    expect.stringMatching(/^ {2}\+10s .*cpu-25pct .* chaos: Load; 25% of the intensity of cpu; slots: port 30$/),
    expect.stringMatching(/cpu-50pct .* 50% of the intensity of cpu, only if all of cpu-25pct passed; slots: port 30$/),
    expect.stringMatching(/flow .* until it ends by itself, 5m at most .*as many slots as that takes$/),
  ]);
});

test('what comes after a fault that ends by itself is counted from its end', () => {
  const lines = explained();

  expect(lines).toContainEqual(expect.stringMatching(/^ {2}end of flow \+0ms +flow +recovery +20s/));
  expect(lines.find((line) => line.startsWith('Schedule'))).toMatch(
    /^Schedule: 2m30s and as long as flow takes if all goes well, at the longest /,
  );
});

test('the limits are those of the longest fault', () => {
  expect(explained().join('\n')).toContain('a fault is removed 5m after its request at the latest');
});

test('why a limit is no tighter is told', () => {
  const lines = explained();
  const at = lines.indexOf('Why these limits');

  expect(lines.slice(at, at + 3)).toEqual(['Why these limits', "  recovers: A lost worker's task waits for 10 s.", '']);
});

test('an objective that compares two probes names both', () => {
  const text = `${PLAN.replace(
    '  experiments:\n',
    `    - {name: goals, type: kafka-lag, config: {brokers: ["127.0.0.1:9092"], group: g, topics: [t]}}
    - {name: events, type: kafka-stream, config: {brokers: ["127.0.0.1:9092"], identity: [value.goal]}}
  experiments:
`,
  )}    - {name: complete, indicator: {completeness: goals, in: events, key: goal-run-$1}, atLeast: 100%, atLeastSeen: 9}
`;
  const { plans } = loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, {});

  expect(explainPlan(plans[0]!, fakeRegistries)).toMatch(
    /complete +critical +run +share of what goals saw end whose end is in events is at least 100%; decidable from 9 seen/,
  );
});
