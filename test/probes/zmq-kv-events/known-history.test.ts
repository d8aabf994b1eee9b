import { describe, expect, test } from 'vitest';
import { found } from './check-history.ts';
import { type KnownHistory, knownHistory, type Published, truthOf } from './known-history.ts';
import { kminionSays, xinfraSays } from './other-rules.ts';

test('everything is counted exactly in histories of which everything is known', async () => {
  const sum = { lost: 0, recovered: 0, late: 0, duplicates: 0, restarts: 0, delayed: 0 };
  for (let seed = 1; seed <= 100; seed++) {
    const history = knownHistory(seed);
    const truth = truthOf(history);
    expect({ seed, ...(await found(history)) }).toEqual({ seed, ...truth });
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += truth[name];
  }
  expect(Math.min(...Object.values(sum))).toBeGreaterThan(50);
});

/** A batch a second; each item is when its batches came after they were made, in ms. */
function history(arrivals: number[][], lifetimes = [arrivals.length]): KnownHistory {
  let lifetime = 0;
  let seq = 0;
  const published = arrivals.map((after, index): Published => {
    if (seq === lifetimes[lifetime]) {
      lifetime++;
      seq = 0;
    }
    const madeAt = index * 1000;
    return { lifetime, seq: seq++, madeAt, arrivals: after.map((ms) => madeAt + ms), kept: true };
  });
  return { published, lifetimes: lifetimes.length };
}

const now = [2];
const never: number[] = [];

describe('other rules', () => {
  test('take a late one for a lost one and a duplicate', async () => {
    const late = history([now, now, [1500], now, now]);
    expect(await found(late)).toMatchObject({ lost: 0, late: 1, duplicates: 0 });
    expect(xinfraSays(late)).toEqual({ lost: 1, duplicates: 1 });
  });

  test('take a restart for duplicates', async () => {
    const restarted = history([now, now, now, now, now, now], [3, 3]);
    expect(await found(restarted)).toMatchObject({ lost: 0, duplicates: 0, restarts: 1 });
    expect(xinfraSays(restarted)).toEqual({ lost: 0, duplicates: 3 });
  });

  test('do not see what is lost at the end', async () => {
    const cut = history([now, now, now, never, never]);
    expect(await found(cut)).toMatchObject({ lost: 0, recovered: 2 });
    expect(xinfraSays(cut)).toEqual({ lost: 0, duplicates: 0 });
  });

  test('take what was held back for lost', async () => {
    const held = history([now, [22_002], [21_002], now]);
    expect(await found(held)).toMatchObject({ lost: 0, delayed: 2 });
    expect(kminionSays(held)).toEqual({ lost: 2 });
  });

  test('do not see a duplicate', async () => {
    const twice = history([now, [2, 700], now]);
    expect(await found(twice)).toMatchObject({ duplicates: 1 });
    expect(kminionSays(twice)).toEqual({ lost: 0 });
  });

  test('see a plain loss in the middle as we do', async () => {
    const plain = history([now, now, never, now]);
    expect(await found(plain)).toMatchObject({ recovered: 1 });
    expect(xinfraSays(plain)).toMatchObject({ lost: 1 });
    expect(kminionSays(plain)).toMatchObject({ lost: 1 });
  });
});
