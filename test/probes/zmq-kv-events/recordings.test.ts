import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as zmq from 'zeromq';
import { decodeMsgpack } from '../../../src/probes/lib/msgpack.ts';
import { addressOf } from '../../../src/probes/lib/zmtp/endpoint.ts';
import { decodeBatch } from '../../../src/probes/zmq-kv-events/batch.ts';
import { readLiveMessage } from '../../../src/probes/zmq-kv-events/live-message.ts';
import { askReplay } from '../../../src/probes/zmq-kv-events/replay.ts';
import { bind } from '../lib/zmtp/bind.ts';

/** What `recorded/record.py` wrote down of one release's own publisher; frames are hexadecimal. */
interface Recording {
  release: string;
  /** How many batches the publisher keeps for replays. */
  kept: number;
  published: { what: string; stampMs: number; events: number; stored: number; removed: number }[];
  live: string[][];
  replays: { from: number; answer: string[][] }[];
}

const folder = join(import.meta.dirname, 'recorded');
const recordings = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording);

test('a release for each way of writing is recorded', () => {
  const releases = recordings.map(({ release }) => Number(release.slice(2))).sort((a, b) => a - b);
  expect(releases).toEqual([9, 11, 23, 24, 26, 33]);
});

describe.each(recordings)("vLLM $release's own publisher", ({ published, live, replays, kept }) => {
  test.each(published.map((batch, index) => [batch.what, batch, live[index]!] as const))(
    'publishes %s',
    (_what, { what, ...batch }, frames) => {
      const message = readLiveMessage(bytesOf(frames));
      if (typeof message === 'string') throw new Error(message);
      expect(message.seq).toBe(BigInt(live.indexOf(frames)));
      expect(decodeBatch(message.payload)).toEqual({ ok: true, batch });
    },
  );

  test('names blocks by numbers that keep every digit', () => {
    expect(namesIn(live[0]!)).toEqual([15_760_518_052_499_183_552n]);
  });

  const byBytes = live.filter((_frames, index) => published[index]!.what === 'blocks named by bytes');
  test.each(byBytes.map((frames) => [frames]))('names blocks by bytes', (frames) => {
    expect(namesIn(frames)[0]).toEqual(Buffer.from(Array.from({ length: 32 }, (_, at) => at)));
  });

  test.each([
    ['all that was asked for', 5, range(5, live.length)],
    ['what its buffer still holds', 0, range(live.length - kept, live.length)],
    ['only the end where it holds nothing of it', 100, []],
  ])('replays %s', async (_what, from, positions) => {
    await using router = await playBack(replays.find((replay) => replay.from === from)!.answer);
    const came: bigint[] = [];
    const batch = ({ seq, payload }: { seq: bigint; payload: Buffer }) => {
      came.push(seq);
      expect(decodeBatch(payload)).toMatchObject({ ok: true, batch: { events: published[Number(seq)]!.events } });
      return true;
    };

    const request = { from: BigInt(from), until: 1000n, batch };
    const answer = await askReplay(router.address, { mechanism: 'NULL' }, request, AbortSignal.timeout(5000));

    expect(came).toEqual(positions);
    expect(answer).toEqual({ batches: positions.length, ...(positions[0] !== undefined && { first: positions[0] }) });
  });
});

function bytesOf(frames: readonly string[]): Buffer[] {
  return frames.map((frame) => Buffer.from(frame, 'hex'));
}

function range(from: number, to: number): bigint[] {
  return Array.from({ length: to - from }, (_, index) => BigInt(from + index));
}

/** The block names of a batch's first event, in either form. */
function namesIn(frames: readonly string[]): unknown[] {
  const decoded = decodeMsgpack(bytesOf(frames)[2]!);
  const [, [event]] = (decoded as { value: [number, [unknown]] }).value;
  return (Array.isArray(event) ? event[1] : (event as { block_hashes: unknown }).block_hashes) as unknown[];
}

/** A ROUTER that answers every request with what was recorded. */
async function playBack(answer: string[][]) {
  const router = new zmq.Router({ linger: 0 });
  const address = addressOf(await bind(router));
  const serve = async () => {
    for await (const [peer] of router) for (const frames of answer) await router.send([peer!, ...bytesOf(frames)]);
  };
  void serve();
  return { address, [Symbol.asyncDispose]: async () => router.close() };
}
