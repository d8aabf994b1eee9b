import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PODS } from '../pod-objects.ts';
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

describe('what could not be read is never free of errors', () => {
  it('an API server that is away: the next reading accounts for the whole time', async () => {
    const { sample } = await reading();
    const before = await sample();
    const play = stage.peer.misbehave;
    stage.peer.misbehave = () => 'reset';
    logs.write('p0', 'ERROR');
    const away = await sample();
    stage.peer.misbehave = play;
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
    stage.peer.remove(`${PODS}/p1`);
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
    stage.peer.remove(`${PODS}/p1`);
    const after = await sample();

    expect(after.outcome).toBe('good');
    joins(before, after);
  });

  const removed = ({ path }: { path: string }) =>
    path.includes('/p1/') ? { status: 400, body: { message: 'container not found' } } : undefined;

  it('a container that ended before the probe began, and was removed, holds nothing up', async () => {
    logs.end('p1', 'Completed');
    logs.misbehave = removed;
    const { sample } = await reading();
    logs.write('p0', 'fine');
    const first = await sample();

    expect(first.outcome, first.reason).toBe('good');
    expect(counted(first)).toEqual([1, 0]);
  });

  it('a container that ended and was removed before it was read is a hole, once', async () => {
    const { sample } = await reading();
    const before = await sample();
    logs.write('p1', 'ERROR unseen');
    logs.end('p1', 'Error');
    logs.misbehave = removed;
    const lost = await sample();

    expect(lost).toMatchObject({ outcome: 'unknown', reason: 'what a run of container main wrote last is gone' });
    leavesHoles(before, lost);
    expect((await sample()).outcome).toBe('good');
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
