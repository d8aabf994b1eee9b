import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Dealer, Subscriber } from 'zeromq';
import { freePorts } from '../../../../lab/processes/ports.ts';
import { type KvEngine, startKvEngine } from '../../../../lab/workloads/engine/kv-engine.ts';
import { sequenceFrame } from '../../../../lab/workloads/engine/kv-events.ts';
import { createLedger } from '../../../../lab/workloads/engine/ledger.ts';
import { type Release, releases } from '../../../../lab/workloads/engine/releases.ts';

async function startEngine(options: { release?: Release; rate?: number; bufferSteps?: number; topic?: string } = {}) {
  const [eventsPort, replayPort] = (await freePorts(2)) as [number, number];
  const ledger = createLedger(new Registry());
  const engine = await startKvEngine({
    eventsPort,
    replayPort,
    topic: options.topic ?? '',
    bufferSteps: options.bufferSteps ?? 1_000,
    hashes: 'int',
    rules: () => releases[options.release ?? '0.33'],
    ledger,
    batchesPerSecond: options.rate ?? 100,
    cacheBlocks: 50,
  });
  onTestFinished(() => engine.close());
  return { engine, ledger, eventsPort, replayPort };
}

function subscribe(port: number): Subscriber {
  const subscriber = new Subscriber({ linger: 0, receiveTimeout: 5_000 });
  subscriber.connect(`tcp://127.0.0.1:${port}`);
  subscriber.subscribe();
  onTestFinished(() => subscriber.close());
  return subscriber;
}

const numberOf = (frames: Buffer[]) => Number(frames.at(-2)!.readBigUInt64BE());

async function receiveNumbers(subscriber: Subscriber, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) numbers.push(numberOf(await subscriber.receive()));
  return numbers;
}

async function replay(port: number, start: number, request = ['', sequenceFrame(start)]): Promise<Buffer[][]> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: 2_000 });
  dealer.connect(`tcp://127.0.0.1:${port}`);
  try {
    await dealer.send(request);
    const answers: Buffer[][] = [];
    for (;;) {
      const frames = await dealer.receive();
      answers.push(frames);
      if (frames.at(-1)!.length === 0) return answers;
    }
  } finally {
    dealer.close();
  }
}

async function published(engine: KvEngine, count: number): Promise<void> {
  await expect.poll(() => engine.nextSequence(), { timeout: 5_000, interval: 10 }).toBeGreaterThanOrEqual(count);
}

describe('the live stream, as a libzmq subscriber sees it', () => {
  test('three frames: topic, number, payload; numbers go up by one', async () => {
    const { eventsPort } = await startEngine({ topic: 'kv' });
    const subscriber = subscribe(eventsPort);
    const frames = await subscriber.receive();
    expect(frames).toHaveLength(3);
    expect(frames[0]!.toString()).toBe('kv');
    const first = numberOf(frames);
    expect(await receiveNumbers(subscriber, 5)).toEqual([1, 2, 3, 4, 5].map((step) => first + step));
  });

  test('an idle engine is silent', async () => {
    const { engine, ledger } = await startEngine();
    engine.setRate(0);
    await sleep(200);
    const { published: before } = ledger.totals();
    await sleep(200);
    expect(ledger.totals()['published']).toBe(before);
  });

  test('a stalled engine sends nothing, then everything, in order', async () => {
    const { engine, eventsPort } = await startEngine();
    const subscriber = subscribe(eventsPort);
    const [first] = (await receiveNumbers(subscriber, 5)).slice(-1) as [number];
    engine.stall(400);
    const began = performance.now();
    const numbers = await receiveNumbers(subscriber, 30);
    expect(performance.now() - began).toBeGreaterThan(300);
    expect(numbers).toEqual(numbers.map((_, index) => first + 1 + index));
  });

  test('after a restart the same address begins at 0 again, and nothing old can be replayed', async () => {
    const { engine, eventsPort, replayPort, ledger } = await startEngine();
    const subscriber = subscribe(eventsPort);
    const [last] = (await receiveNumbers(subscriber, 20)).slice(-1) as [number];
    await engine.restart(50);
    const again = (await receiveNumbers(subscriber, 50)).findIndex((number) => number < last);
    expect(again, 'numbers only went up').not.toBe(-1);
    const answers = await replay(replayPort, 0);
    expect(numberOf(answers[0]!)).toBe(0);
    expect(ledger.totals()).toMatchObject({ restarted: 1 });
  });
});

describe('a replay, as a libzmq dealer sees it', () => {
  test.each([
    ['0.23', 3],
    ['0.33', 4],
  ] as const)(
    'of %s: messages of %i frames, all that is kept from the start on, then the end',
    async (release, frames) => {
      const { engine, replayPort } = await startEngine({ release });
      await published(engine, 20);
      engine.setRate(0);
      await sleep(150);
      const last = engine.nextSequence() - 1;
      const answers = await replay(replayPort, 10);
      expect(new Set(answers.map(({ length }) => length))).toEqual(new Set([frames]));
      expect(answers.slice(0, -1).map(numberOf)).toEqual(Array.from({ length: last - 9 }, (_, index) => index + 10));
      expect(answers.at(-1)!.at(-2)).toEqual(Buffer.alloc(8, 0xff));
    },
  );

  test('of a start that is yet to come is only the end', async () => {
    const { replayPort } = await startEngine();
    expect(await replay(replayPort, 1_000_000)).toHaveLength(1);
  });

  test('brings no more than the buffer holds', async () => {
    const { engine, replayPort } = await startEngine({ bufferSteps: 5 });
    await published(engine, 20);
    const answers = await replay(replayPort, 0);
    expect(answers).toHaveLength(6);
    expect(numberOf(answers[0]!)).toBeGreaterThanOrEqual(15);
  });

  test('that is asked for wrongly gets no answer', async () => {
    const { replayPort, ledger } = await startEngine();
    await expect(replay(replayPort, 0, ['', Buffer.alloc(4)])).rejects.toThrow(/temporarily unavailable|timed? ?out/i);
    expect(ledger.totals()).toMatchObject({ refusedReplay: 1 });
  });

  test('fills the gap of batches lost on the way, and does not know those lost for good', async () => {
    const { engine, eventsPort, replayPort } = await startEngine();
    const subscriber = subscribe(eventsPort);
    const numbers = await receiveNumbers(subscriber, 3);
    engine.befall({ command: 'lose', batches: 2, replayable: true });
    engine.befall({ command: 'lose', batches: 2, replayable: false });
    numbers.push(...(await receiveNumbers(subscriber, 20)));
    const gapAt = numbers.findIndex((number, index) => index > 0 && number !== numbers[index - 1]! + 1);
    const before = numbers[gapAt - 1]!;
    expect(numbers[gapAt]).toBe(before + 5);
    const replayed = (await replay(replayPort, before)).slice(0, 4).map(numberOf);
    expect(replayed).toEqual([before, before + 1, before + 2, before + 5]);
  });
});

test('shut for a while: nobody gets in, nothing comes, and only a replay has what was sent meanwhile', async () => {
  const { engine, eventsPort, replayPort } = await startEngine();
  const subscriber = subscribe(eventsPort);
  const [before] = (await receiveNumbers(subscriber, 1)) as [number];
  engine.shut(600);
  await sleep(200);

  await expect(connectTo(eventsPort)).rejects.toThrow(/ECONNREFUSED/);
  await expect.poll(() => connectTo(eventsPort).catch(String), { timeout: 5_000 }).toBe('connected');
  const numbers = await receiveNumbers(subscriber, 60);
  const jump = numbers.findIndex((number, index) => number !== before + 1 + index);
  expect(jump, 'the connection was never closed').toBeGreaterThan(-1);
  expect((await replay(replayPort, before)).slice(0, -1).map(numberOf)).toContain(before + 1 + jump);
});

function connectTo(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve('connected');
    }).on('error', reject);
  });
}
