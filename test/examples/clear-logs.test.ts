import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import { judge } from '../../src/slo/judge.ts';
import type { Final } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { codeBlocks, readPage } from '../docs/pages.ts';
import { type Answer, cleanEvents, recordingOf } from '../slo/build.ts';

const FILE = fileURLToPath(new URL('../../examples/clear-logs.yaml', import.meta.url));
let plan: Plan;

beforeAll(async () => {
  const { plans, diagnostics } = await load([FILE], registries, {});
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  plan = plans[0]!.plan;
});

it('holds what the page about pods shows of it', () => {
  const shown = codeBlocks(readPage('pods.md'), 'yaml').flatMap((text) => text.trim().split('\n'));

  expect(shown.length).toBeGreaterThan(2);
  expect(shown.filter((line) => !readFileSync(FILE, 'utf8').includes(line))).toEqual([]);
});

type Values = Record<string, number>;

/** What the probes read between two moments of a clean experiment, where something else than what is good came. */
interface World {
  logs?: (due: number) => Values;
  pods?: (due: number) => Values;
  /** Between these moments nothing accounts for the logs. */
  hole?: [number, number];
}

const [FAULT, RECOVERY, ENDS] = [60_500, 91_000, 182_000];
const during = (due: number, from: number, to: number) => due > from + 4_000 && due < to;

function verdicts({ logs = () => ({}), pods = () => ({}), hole }: World): Record<string, string> {
  const answer = (probe: string, due: number): Answer => {
    const { intervalMs } = plan.probes.find(({ name }) => name === probe)!;
    const covers: [number, number] = [due - intervalMs, due];
    if (probe === 'gateway-ready') {
      const found = { ready: 2, wanted: 2, restarts: 0, oomKilled: 0, replaced: 0, ...pods(due) };
      return { outcome: found.ready < 2 ? 'bad' : 'good', covers, values: found };
    }
    if (hole && due > hole[0] && due < hole[1]) return { outcome: 'unknown', values: {}, reason: 'no kubelet' };
    const inFault = during(due, FAULT, RECOVERY);
    const usual = { lines: 4, errorLines: inFault ? 2 : 0, errorLinesPerSecond: inFault ? 1 : 0, 'leaks-stack': 0 };
    return { covers, values: { ...usual, 'names-peer': inFault ? 2 : 0, ...logs(due) } };
  };
  const counts = { restarts: 0, oomKilled: 0, replaced: 0, lines: 0, errorLines: 0, 'names-peer': 0, 'leaks-stack': 0 };
  const finals = plan.probes.map(
    ({ name, values }): Final => ({
      type: 'final',
      probe: name,
      vantage: 'runner',
      covers: [ENDS - 2_000, ENDS],
      values: Object.fromEntries(Object.entries(counts).filter(([value]) => value in values)),
    }),
  );
  const { objectives } = judge(plan, recordingOf({ plan, answer, finals, events: cleanEvents('cut-off') }));
  return Object.fromEntries(objectives.map(({ objective, verdict }) => [objective, verdict]));
}

const allPass = () => Object.fromEntries(plan.objectives.map(({ name }) => [name, 'pass']));

test('what helps is said, nothing else is, and all is calm afterwards: each objective passes', () => {
  expect(verdicts({})).toEqual(allPass());
});

describe('each promise that is broken makes its own objective fail, and no other', () => {
  const loud = { errorLines: 4, errorLinesPerSecond: 2 };
  it.each<[broken: string, objective: string, world: World]>([
    ['the peer is not named', 'names-the-peer', { logs: () => ({ 'names-peer': 0 }) }],
    [
      'a stack is shown',
      'leaks-no-stack',
      { logs: (due) => (during(due, 70_000, 77_000) ? { 'leaks-stack': 1 } : {}) },
    ],
    [
      'errors flood',
      'does-not-flood',
      { logs: (due) => (during(due, FAULT, RECOVERY) ? { errorLinesPerSecond: 400, errorLines: 800 } : {}) },
    ],
    ['there were errors before', 'quiet-before', { logs: (due) => (due < 10_000 ? loud : {}) }],
    ['errors go on', 'calms-down', { logs: (due) => (during(due, RECOVERY, 150_000) ? loud : {}) }],
    ['pods are not ready', 'stays-ready', { pods: (due) => (during(due, 70_000, 90_000) ? { ready: 1 } : {}) }],
    [
      'a container was restarted',
      'is-not-restarted',
      { pods: (due) => (during(due, 70_000, 75_500) ? { restarts: 1 } : {}) },
    ],
  ])('%s: %s', (_, objective, world) => {
    expect(verdicts(world)).toEqual({ ...allPass(), [objective]: 'fail' });
  });
});

it('logs that could not be read prove nothing: what must not be said is inconclusive, what was said stays said', () => {
  const found = verdicts({ hole: [75_000, 85_000] });

  expect(found).toMatchObject({ 'leaks-no-stack': 'inconclusive', 'names-the-peer': 'pass', 'quiet-before': 'pass' });
});

it('logs without a line prove nothing, but for what should have been said', () => {
  const silent = { lines: 0, errorLines: 0, errorLinesPerSecond: 0, 'names-peer': 0 };

  expect(verdicts({ logs: () => silent })).toMatchObject({
    'names-the-peer': 'fail',
    'leaks-no-stack': 'inconclusive',
    'quiet-before': 'inconclusive',
  });
});
