import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { podLogsProbe } from '../../../src/probes/pod-logs/probe.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';
import { PODS } from '../pod-objects.ts';
import { openProbe, type TestSession } from '../session.ts';
import { type PlayedLogs, playLogs } from './played-logs.ts';

let peer: KubePeer;
let logs: PlayedLogs;
let open: TestSession | undefined;

beforeEach(async () => {
  peer = await startKubePeer();
  logs = playLogs(peer);
  logs.start('p0');
  logs.start('p1');
  logs.write('p0', 'before ERROR', 'before');
});

afterEach(async () => {
  await open?.close();
  open = undefined;
  await peer.close();
});

async function reading(more: object = {}): Promise<TestSession> {
  const config = { namespace: 'ours', selector: 'app=engine', kubeconfig: peer.kubeconfig, ...more };
  open = await openProbe(podLogsProbe, config, { timeoutMs: 1_000 });
  return open;
}

const counted = ({ values }: Reading | FinalReading) => [values['lines'], values['errorLines']];
const joins = (one: Reading, next: Reading) => expect(next.covers?.[0], 'the covers join').toBe(one.covers?.[1]);

function leavesHoles(before: Reading, reading: Reading): void {
  expect(reading.covers![0], 'there is a hole before it').toBeGreaterThan(before.covers![1]);
}

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

describe('what could not be read is never free of errors', () => {
  it('an API server that is away: the next reading accounts for the whole time', async () => {
    const { sample } = await reading();
    const before = await sample();
    const play = peer.misbehave;
    peer.misbehave = () => 'reset';
    logs.write('p0', 'ERROR');
    const away = await sample();
    peer.misbehave = play;
    const after = await sample();

    expect(away).toEqual({ outcome: 'unknown', values: {}, reason: expect.stringMatching(/^the API server/) });
    expect(counted(after)).toEqual([1, 1]);
    joins(before, after);
  });

  it('one kubelet that is away: the counts of the others wait for it', async () => {
    const { sample } = await reading();
    const before = await sample();
    logs.misbehave = ({ path }) =>
      path.includes('/p1/') ? { status: 501, body: { message: 'no kubelet' } } : undefined;
    logs.write('p0', 'ERROR');
    const away = await sample();
    logs.misbehave = () => undefined;
    const after = await sample();

    expect(away).toMatchObject({ outcome: 'unknown', values: {}, reason: 'no kubelet' });
    expect(away.parts).toContainEqual({ labels: { pod: 'p1' }, outcome: 'unknown', values: {}, reason: 'no kubelet' });
    expect(counted(after)).toEqual([1, 1]);
    joins(before, after);
  });

  it('a pod that is gone before its log was read to the end leaves a hole', async () => {
    const { sample } = await reading();
    const before = await sample();
    logs.write('p1', 'ERROR unseen');
    peer.remove(`${PODS}/p1`);
    const after = await sample();
    const later = await sample();

    expect(after).toMatchObject({ outcome: 'unknown', reason: 'a pod is gone, and with it what it wrote last' });
    leavesHoles(before, after);
    expect(later.outcome).toBe('good');
  });

  it('a pod that had come to its end leaves none', async () => {
    const { sample } = await reading();
    logs.write('p1', 'bye');
    logs.end('p1', 'Completed');
    const before = await sample();
    peer.remove(`${PODS}/p1`);
    const after = await sample();

    expect(after.outcome).toBe('good');
    joins(before, after);
  });

  it('a log that was rotated is doubted once and then is a hole', async () => {
    const { sample } = await reading();
    const before = await sample();
    logs.rotate('p0');
    logs.write('p0', 'ERROR in the new file');
    const doubted = await sample();
    const lost = await sample();
    logs.write('p0', 'fine');
    const after = await sample();

    expect(doubted).toMatchObject({ outcome: 'unknown', values: {}, reason: 'a log does not go on where it ended' });
    expect(lost).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('rotated') });
    expect([lost, after].map(counted)).toEqual([
      [1, 1],
      [1, 0],
    ]);
    leavesHoles(before, lost);
    expect(after.outcome).toBe('good');
  });

  it('a log that grows too fast is a reason and a hole, and goes on from its end', async () => {
    const { sample } = await reading({ maxBytes: 4_096 });
    const before = await sample();
    logs.write('p0', ...Array.from({ length: 1_000 }, () => 'noise, noise, noise'));
    const flooded = await sample();
    logs.write('p0', 'quiet');
    const after = await sample();

    expect(flooded).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('more than may be read') });
    leavesHoles(before, flooded);
    expect(counted(after)).toEqual([1, 0]);
    expect(after.outcome).toBe('good');
  });

  it('a quiet log is not cut short by what it held before', async () => {
    logs.write('p0', ...Array.from({ length: 100 }, () => 'noise, noise, noise'));
    const { sample } = await reading({ maxBytes: 1_024 });
    logs.write('p0', 'quiet');
    const after = await sample();

    expect(after.outcome).toBe('good');
    expect(counted(after)).toEqual([1, 0]);
  });

  it('a line that is too long to be looked at to its end leaves a hole', async () => {
    const { sample } = await reading();
    logs.write('p0', `${'long '.repeat(5_000)} ERROR`);
    const after = await sample();

    expect(after).toMatchObject({ outcome: 'unknown', reason: 'a line was too long to be looked at' });
    expect(counted(after)).toEqual([1, 0]);
  });

  it.for([
    ['the kubelet’s own trouble in place of a log', { text: 'unable to retrieve container logs for containerd://1' }],
    ['a body that never ends', { text: 'x'.repeat(3_000_000) }],
    ['JSON', { status: 200, body: { kind: 'Status' } }],
  ] as const)('%s is no log', async ([, instead]) => {
    const { sample } = await reading();
    logs.misbehave = () => instead;

    expect(await sample()).toMatchObject({ outcome: 'unknown', values: {}, reason: expect.any(String) });
  });

  it('a log that could not be read when the probe began is not read from there on as if nothing had been', async () => {
    logs.misbehave = ({ path }) =>
      path.includes('/p0/') ? { status: 501, body: { message: 'no kubelet' } } : undefined;
    const { sample } = await reading();
    logs.misbehave = () => undefined;
    const first = await sample();

    expect(first).toMatchObject({ outcome: 'unknown', reason: 'a log could not be read when the probe began' });
    expect(counted(first)).toEqual([0, 0]);
    expect((await sample()).outcome).toBe('good');
  });

  it('a selector that nothing has ever matched is no answer', async () => {
    const { sample } = await reading({ selector: 'app=engin' });

    expect(await sample()).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('is that its name?') });
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
