import { decode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Dealer, Subscriber } from 'zeromq';
import { runCommand } from '../../lab/getting/command.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { readPidFile, signalProcess } from '../../lab/processes/pid-file.ts';

interface EngineState {
  nextSequence: number;
  totals: Record<string, number>;
}

function subscribe(address: string): Subscriber {
  const subscriber = new Subscriber({ linger: 0, receiveTimeout: 10_000 });
  subscriber.connect(address);
  subscriber.subscribe();
  onTestFinished(() => subscriber.close());
  return subscriber;
}

async function askForReplay(address: string, start: bigint): Promise<Buffer[][]> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: 5_000 });
  dealer.connect(address);
  onTestFinished(() => dealer.close());
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(start);
  await dealer.send(['', number]);
  const answers: Buffer[][] = [];
  do answers.push(await dealer.receive());
  while (answers.at(-1)!.at(-1)!.length > 0);
  return answers;
}

const typeOf = (event: unknown) => (Array.isArray(event) ? event[0] : (event as { type: string }).type);

describe('the emulated engine as a process behind Toxiproxy', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ services: ['engine', 'toxiproxy', 'prometheus'], engine: { batchesPerSecond: 50 } });
  });
  afterAll(() => lab?.stop());
  const state = async () => (await lab.state('engine')) as EngineState;

  test.each([
    ['0.23', 'array', 3],
    ['0.24', 'map', 3],
    ['0.26', 'map', 4],
    ['0.33', 'map', 4],
  ] as const)('talks like %s: events as %s, replayed messages of %i frames', async (release, shape, replayedFrames) => {
    await lab.control('engine', { command: 'release', release });
    const subscriber = subscribe(lab.variables['ENGINE_EVENTS']!);
    await subscriber.receive();
    const frames = await nextFrames(subscriber, 5);
    const batch = decode(frames[2]!, { useBigInt64: true }) as [number, unknown[], number];
    expect(batch).toHaveLength(3);
    expect(Math.abs(batch[0] - Date.now() / 1000)).toBeLessThan(5);
    expect(Array.isArray(batch[1][0]) ? 'array' : 'map').toBe(shape);
    expect(typeOf(batch[1][0])).toBe('BlockStored');
    const answers = await askForReplay(lab.variables['ENGINE_REPLAY']!, 0n);
    expect(answers[0]).toHaveLength(replayedFrames);
    expect(answers[0]!.at(-2)!.readBigUInt64BE()).toBe(0n);
    expect(answers.at(-1)!.at(-2)).toEqual(Buffer.alloc(8, 0xff));
  });

  test('names blocks by unsigned 64-bit numbers that JavaScript’s own would spoil', async () => {
    const answers = await askForReplay(lab.variables['ENGINE_REPLAY']!, 0n);
    const hashes = answers.slice(0, -1).flatMap((frames) => hashesIn(frames.at(-1)!));
    expect(hashes.length).toBeGreaterThan(10);
    expect(hashes.some((hash) => hash > 2n ** 63n)).toBe(true);
    expect(new Set(hashes.map(Number)).size).toBeLessThanOrEqual(new Set(hashes).size);
  });

  test('loses on command, and its state says how much', async () => {
    const before = (await state()).totals;
    await lab.control('engine', { command: 'lose', batches: 3 });
    await expect.poll(async () => (await state()).totals['lose'], { timeout: 5_000 }).toBe((before['lose'] ?? 0) + 3);
    const { totals } = await state();
    expect(totals['published']! - totals['sent']!).toBe(totals['lose']);
  });

  test('refuses a command that makes no sense, and says why', async () => {
    await expect(lab.control('engine', { command: 'lose', batches: -1 })).rejects.toThrow(/answers 400.*batches/s);
  });

  test('serves completions, whose latency Prometheus knows', async () => {
    const answer = await fetch(`${lab.variables['ENGINE_URL']}/v1/completions`, {
      method: 'POST',
      body: '{"prompt":"?"}',
    });
    expect(await answer.json()).toMatchObject({ object: 'text_completion' });
    const quantile = 'histogram_quantile(0.9, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[4s])))';
    const url = `${lab.variables['PROMETHEUS_URL']}/api/v1/query?query=${encodeURIComponent(quantile)}`;
    const seconds = async () => {
      const body = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } };
      return Number(body.data.result[0]?.value[1] ?? Number.NaN);
    };
    await expect.poll(seconds, { timeout: 15_000 }).toBeLessThan(0.05);
    await lab.control('engine', { command: 'latency', ms: 300 });
    await expect.poll(seconds, { timeout: 15_000 }).toBeGreaterThan(0.2);
  });

  test('killed with -9 and started again by its launch file, it begins at 0 at the same addresses', async () => {
    const before = (await state()).nextSequence;
    signalProcess((await readPidFile(lab.variables['ENGINE_PID_FILE']!))!, 'SIGKILL');
    await expect(state()).rejects.toThrow();
    await runCommand(lab.variables['LAB_NODE']!, [lab.variables['LAB_LAUNCH']!, lab.variables['ENGINE_SPEC']!]);
    expect((await state()).nextSequence).toBeLessThan(before);
    const answers = await askForReplay(lab.variables['ENGINE_REPLAY']!, 0n);
    expect(answers[0]!.at(-2)!.readBigUInt64BE()).toBe(0n);
  });
});

async function nextFrames(subscriber: Subscriber, skip: number): Promise<Buffer[]> {
  for (let index = 0; index < skip; index++) await subscriber.receive();
  return await subscriber.receive();
}

function hashesIn(payload: Buffer): bigint[] {
  const [, events] = decode(payload, { useBigInt64: true }) as [number, unknown[]];
  return events.flatMap((event) => {
    if (Array.isArray(event)) return (event[1] as bigint[] | undefined) ?? [];
    return (event as { block_hashes?: bigint[] }).block_hashes ?? [];
  });
}
