import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/slo/model/entry.ts';
import { invariants } from './invariants.ts';
import { judgeBytes } from './invariants-judge.ts';
import { type History, simulate } from './simulate.ts';

/** `SIM_SEEDS=5000` tries more worlds, `SIM_SEEDS=1 SIM_FIRST=4711` only that one. */
const FIRST_SEED = Number(process.env['SIM_FIRST'] ?? 1);
const SEEDS = Number(process.env['SIM_SEEDS'] ?? 500);
const BATCHES = 8;
/** So many worlds are looked at by more than one test. */
const SHARED_SEEDS = 150;

describe('in every simulated world each invariant holds', () => {
  test.each(batches())('seeds %i to %i', { timeout: 600_000 }, async (from, to) => {
    for (let seed = from; seed <= to; seed++) {
      const history = await world(seed).catch((error) => Promise.reject(new Error(`seed ${seed}: ${error}`)));
      const broken = invariants.flatMap(({ name, check }) => {
        const problem = check(history);
        return problem === undefined ? [] : [`seed ${seed}: not true that ${name} (${problem})`];
      });
      expect(broken).toEqual([]);
    }
  });
});

test('the worlds are rich: each kind of trouble happens in some of them', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SHARED_SEEDS; seed++) for (const event of happenings(await world(seed))) seen.add(event);

  expect([...seen]).toEqual(
    expect.arrayContaining([
      'chaos injected',
      'chaos failed',
      'chaos left-behind',
      'gap late',
      'gap stalled',
      'gap no answer within 150ms',
      'gap the run was stopped',
      'sample good',
      'sample bad',
      'sample unknown',
      'final',
      'vantage replaces another',
      'sample from elsewhere',
      'sample starved',
      'prober stalled',
      'prober throttled',
      'gate closed',
      'end completed',
      'end aborted',
      'stop SIGTERM',
      'stop stop condition',
      'stop limits.maxFault',
      'stop the timeline cannot be written',
    ]),
  );
});

test('the judge has something to decide: passes, fails and undecided objectives all occur', async () => {
  const counts = { pass: 0, fail: 0, inconclusive: 0 };
  for (let seed = 1; seed <= SHARED_SEEDS; seed++) {
    const history = await world(seed);
    for (const { verdict } of judgeBytes(history, history.bytes).objectives) counts[verdict]++;
  }

  expect(Math.min(counts.pass, counts.fail, counts.inconclusive), JSON.stringify(counts)).toBeGreaterThan(20);
});

describe('the same seed', () => {
  test.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])('gives the same bytes twice: %i', async (seed) => {
    const once = await world(seed);
    const again = await simulate(seed);

    expect(Buffer.from(again.bytes).equals(Buffer.from(once.bytes))).toBe(true);
  });
});

const shared = new Map<number, Promise<History>>();

function world(seed: number): Promise<History> {
  const known = shared.get(seed) ?? simulate(seed);
  if (seed <= SHARED_SEEDS) shared.set(seed, known);
  return known;
}

function happenings({ entries, result }: History): string[] {
  const stops = ['SIGTERM', 'stop condition', 'limits.maxFault', 'the timeline cannot be written'];
  const stop = stops.filter((reason) => result.aborted?.includes(reason)).map((reason) => `stop ${reason}`);
  return [...entries.map(happening), ...stop];
}

function happening(entry: Entry): string {
  if (entry.type === 'chaos') return `chaos ${entry.state}`;
  if (entry.type === 'gap') return `gap ${entry.reason}`;
  if (entry.type === 'sample' && entry.instance !== undefined) return 'sample from elsewhere';
  if (entry.type === 'sample' && entry.starvedMs !== undefined) return 'sample starved';
  if (entry.type === 'prober') return `prober ${entry.of}`;
  if (entry.type === 'sample') return `sample ${entry.outcome}`;
  if (entry.type === 'gate') return entry.open ? 'gate open' : 'gate closed';
  if (entry.type === 'vantage' && entry.replaces !== undefined) return 'vantage replaces another';
  if (entry.type === 'end') return `end ${entry.cause}`;
  return entry.type;
}

function batches(): [number, number][] {
  const size = Math.ceil(SEEDS / BATCHES);
  const starts = Array.from({ length: Math.ceil(SEEDS / size) }, (_, i) => FIRST_SEED + i * size);
  return starts.map((from) => [from, Math.min(from + size, FIRST_SEED + SEEDS) - 1]);
}
