import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinalReading } from '../../../src/probes/contract.ts';
import { counted, joins, type LogStage, leavesHoles, openLogStage } from './log-stage.ts';
import type { PlayedLogs } from './played-logs.ts';

let stage: LogStage;
let logs: PlayedLogs;
const reading: LogStage['reading'] = (more) => stage.reading(more);

beforeEach(async () => {
  stage = await openLogStage();
  logs = stage.logs;
});

afterEach(() => stage.close());

describe('lines', () => {
  it('are counted once each, and not what was there before', async () => {
    const { sample } = await reading();
    logs.write('p0', 'fine', '{"level":"error","msg":"peer vllm-0 refused the connection"}', 'E0504 03:02:01.1 oh');
    logs.write('p1', 'fine');
    const first = await sample();
    const quiet = await sample();
    logs.write('p1', 'ERROR again', 'ERROR again');
    const last = await sample();

    expect([first, quiet, last].map(counted)).toEqual([
      [4, 2],
      [0, 0],
      [2, 2],
    ]);
    expect([first, quiet, last].map(({ outcome }) => outcome)).toEqual(['good', 'good', 'good']);
    expect(last.values['errorLinesPerSecond']).toBeCloseTo(2_000 / (last.covers![1] - last.covers![0]));
    joins(first, quiet);
    joins(quiet, last);
  });

  it('of a pod that came later are read from its beginning', async () => {
    const { sample } = await reading();
    logs.start('p2');
    logs.write('p2', 'hello', 'ERROR');

    expect(counted(await sample())).toEqual([2, 1]);
  });

  it('are found although more came than was expected', async () => {
    const { sample } = await reading();
    logs.write('p0', ...Array.from({ length: 3_000 }, (_, index) => `line ${index}`));

    expect(counted(await sample())).toEqual([3_000, 0]);
  });

  it('that are not yet whole wait for their end', async () => {
    const { sample } = await reading();
    const line = '2026-05-04T03:02:02.000000001Z ERROR: no route to vllm-1';
    logs.misbehave = ({ path }) => (path.includes('/p1/') ? { text: line.slice(0, -10) } : undefined);
    const half = await sample();
    logs.misbehave = ({ path }) => (path.includes('/p1/') ? { text: `${line}\n` } : undefined);

    expect(counted(half)).toEqual([0, 0]);
    expect(counted(await sample())).toEqual([1, 1]);
  });
});

describe('patterns', () => {
  const patterns = [
    { name: 'names-peer', matches: '(refused|timed out).*vllm-\\d', ignoreCase: true },
    { name: 'leaks', matches: 'goroutine \\d+', forbidden: true },
  ];

  it('are counts of their own names, and a forbidden one makes the slot bad', async () => {
    const { sample } = await reading({ patterns, examples: 2 });
    logs.write('p0', 'Refused by VLLM-2', 'goroutine 7 [running]');
    const bad = await sample();
    const good = await sample();

    expect(bad).toMatchObject({
      outcome: 'bad',
      reason: 'a line that is forbidden',
      values: { 'names-peer': 1, leaks: 1 },
    });
    expect(bad.parts?.map(({ labels, outcome }) => [labels['pod'], outcome])).toContainEqual(['p0', 'bad']);
    expect(bad.detail).toEqual({
      examples: [
        { pod: 'p0', value: 'names-peer', line: 'Refused by VLLM-2' },
        { pod: 'p0', value: 'leaks', line: 'goroutine 7 [running]' },
      ],
    });
    expect(good).toMatchObject({ outcome: 'good', values: { 'names-peer': 0, leaks: 0 } });
  });

  it('leave no line in the recording unless that is asked for', async () => {
    const { sample } = await reading({ patterns });
    logs.write('p0', 'goroutine 7 [running]');

    expect((await sample()).detail).toBeUndefined();
  });
});

describe('a restart', () => {
  it('does not hide the last words before it', async () => {
    const { sample } = await reading();
    logs.write('p0', 'ERROR out of cheese');
    logs.restart('p0', 'Error');
    logs.write('p0', 'hello again');
    const first = await sample();

    expect(counted(first)).toEqual([2, 1]);
    expect(first.outcome).toBe('good');
    expect(counted(await sample())).toEqual([0, 0]);
  });

  it('that is still to come: what a crash left is read once', async () => {
    const { sample } = await reading();
    logs.write('p0', 'ERROR out of cheese');
    logs.end('p0', 'Error');
    const crashed = await sample();
    const before = logs.requests;
    const waiting = await sample();

    expect([crashed, waiting].map(counted)).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(logs.requests - before, 'only the other log is asked for').toBeLessThanOrEqual(2);
    logs.restart('p0', 'Error');
    expect(counted(await sample())).toEqual([0, 0]);
  });

  it('that nobody saw, of a run between two looks, leaves a hole', async () => {
    const { sample } = await reading();
    const before = await sample();
    logs.restart('p0', 'Error');
    logs.write('p0', 'ERROR of the run between');
    logs.restart('p0', 'Error');
    const first = await sample();

    expect(first).toMatchObject({ outcome: 'unknown', reason: 'what a run of container main wrote last is gone' });
    expect(counted(first)).toEqual([1, 1]);
    leavesHoles(before, first);
  });
});

describe('the end of an experiment', () => {
  it('brings what came since the last sample', async () => {
    const { sample, session } = await reading();
    const last = await sample();
    logs.write('p0', 'ERROR');
    const final = (await session.drain!(AbortSignal.timeout(500))) as FinalReading;

    expect(counted(final)).toEqual([1, 1]);
    expect(final.covers[0]).toBe(last.covers?.[1]);
  });

  it('waits no longer for what cannot be read: what is known is told, with holes', async () => {
    const { sample, session } = await reading();
    const before = await sample();
    logs.write('p0', 'ERROR');
    logs.misbehave = ({ path }) =>
      path.includes('/p1/') ? { status: 501, body: { message: 'no kubelet' } } : undefined;
    await sample();
    const final = (await session.drain!(AbortSignal.timeout(500))) as FinalReading;

    expect(final).toMatchObject({ values: { lines: 1, errorLines: 1 }, reason: 'no kubelet' });
    expect(final.covers[0]).toBeGreaterThan(before.covers![1]);
  });
});
