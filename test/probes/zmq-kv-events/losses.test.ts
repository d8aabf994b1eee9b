import { describe, expect, test } from 'vitest';
import { closedPort } from '../lib/zmtp/raw-peer.ts';
import { SmallEngine } from './small-engine.ts';
import { drain, settle, subscribed, sum } from './subscribed.ts';

describe.concurrent('missing batches', () => {
  test.each(['with topic', 'without topic'] as const)('come back by a replay %s', async (form) => {
    await using engine = await SmallEngine.start(form);
    const opened = await subscribed(engine, { replay: engine.replay });
    await opened.sample();
    await engine.publish(20, { lost: [4, 5, 11], vanished: [15] });
    await settle(50);

    const reading = await opened.sample();
    const finals = await drain(opened);
    await opened.close();

    expect(reading).toMatchObject({
      outcome: 'bad',
      reason: 'batches are missing in the sequence',
      values: { missing: 4 },
      detail: {
        holes: {
          ranges: [
            ['4', '5'],
            ['11', '11'],
            ['15', '15'],
          ],
        },
      },
    });
    expect([sum(finals, 'recovered'), sum(finals, 'lost')]).toEqual([3, 1]);
    expect(finals.at(-1)).toMatchObject({
      reason: 'batches are lost: the replay left positions out',
      detail: { lost: { ranges: [['15', '15']] } },
    });
  });

  test('are lost where there is no replay, with their exact positions', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    engine.next = 2n ** 53n;
    await engine.publish(4, { lost: [2 ** 53 + 2] });
    await settle(50);
    await opened.sample();

    const finals = await drain(opened);
    await opened.close();

    expect(finals.at(-1)).toMatchObject({
      reason: 'batches are lost: the plan names no replay to ask',
      detail: { lost: { ranges: [['9007199254740994', '9007199254740994']] } },
    });
    expect(sum(finals, 'lost')).toBe(1);
  });

  test('that come late are not lost', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    await opened.sample();
    await engine.publish(6, { lost: [2, 3] });
    await settle(50);
    await opened.sample();
    setTimeout(() => {
      for (const seq of [3n, 2n]) void engine.send(seq, engine.kept.get(seq)!);
    }, 200);

    const finals = await drain(opened);
    await opened.close();

    expect(sum(finals, 'lost')).toBe(0);
    expect(finals[0]!.values).toMatchObject({ late: 2, received: 2 });
  });

  test.each<[string, () => Promise<string>, string]>([
    ['refuses', async () => `tcp://127.0.0.1:${await closedPort()}`, 'connection refused: nothing listens on the port'],
    ['never answers', async () => silentReplay, 'no answer to the request for a replay'],
    ['is the publisher itself', async () => publisherReplay, 'wrong socket type: the peer is PUB, expected ROUTER'],
  ])('stay lost when the replay %s', async (_what, replay, problem) => {
    await using silent = await SmallEngine.start('silent');
    await using engine = await SmallEngine.start();
    const named = await replay();
    const endpoint = named === silentReplay ? silent.replay : named === publisherReplay ? silent.events : named;
    const opened = await subscribed(engine, { replay: endpoint });
    await opened.sample();
    await engine.publish(3, { lost: [1] });
    await settle(50);
    await opened.sample();

    const finals = await drain(opened);
    await opened.close();

    expect(finals.at(-1)).toMatchObject({ values: { lost: 1 }, reason: `batches are lost: ${problem}` });
  });
});

const silentReplay = 'silent';
const publisherReplay = 'publisher';
