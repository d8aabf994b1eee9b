import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTick, parseCron } from '../../../src/chaos/chaos-mesh/cron.ts';

const DAY_MS = 86_400_000;
const at = (text: string) => Date.parse(text);

describe('the next tick', () => {
  it.each([
    ['*/5 * * * *', '2026-11-22T21:58:31Z', '2026-11-22T22:00:00Z'],
    ['0 2 * * 0', '2026-11-18T00:00:00Z', '2026-11-22T02:00:00Z'],
    ['0 2 * * SUN', '2026-11-18T00:00:00Z', '2026-11-22T02:00:00Z'],
    ['30 10 2 * * *', '2026-11-18T03:00:00Z', '2026-11-19T02:10:30Z'],
    ['0 0 1 dec *', '2026-11-22T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['0 0 13 * 5', '2026-11-10T00:00:00Z', '2026-11-13T00:00:00Z'],
    ['0 0 25 * 1', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
    // With steps both days are restricted, so either will do.
    ['0 0 */10 * 1', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
    ['0 0 25 * */6', '2026-11-22T00:00:00Z', '2026-11-25T00:00:00Z'],
    ['0 0 */2 * 1', '2026-11-23T01:00:00Z', '2026-11-25T00:00:00Z'],
    ['0 0 */1 * 1', '2026-11-23T01:00:00Z', '2026-11-30T00:00:00Z'],
    ['@daily', '2026-11-22T21:00:00Z', '2026-11-23T00:00:00Z'],
    ['@hourly', '2026-11-22T21:00:00Z', '2026-11-22T22:00:00Z'],
    ['CRON_TZ=Asia/Kolkata 0 2 * * *', '2026-11-22T00:00:00Z', '2026-11-22T20:30:00Z'],
    ['0 9-17/4 * * *', '2026-11-22T09:00:00Z', '2026-11-22T13:00:00Z'],
    ['5/20 * * * *', '2026-11-22T09:30:00Z', '2026-11-22T09:45:00Z'],
  ])('of %s after %s is %s', (expression, from, tick) => {
    const cron = parseCron(expression)!;
    const found = nextTick(cron, 0, at(from), at(from) + 10 * DAY_MS);
    expect(found === undefined ? found : new Date(found).toISOString()).toBe(new Date(at(tick)).toISOString());
  });

  it('of an interval is counted from the last run', () => {
    const cron = parseCron('@every 1h30m')!;
    const last = at('2026-11-22T10:00:00Z');
    expect(nextTick(cron, last, at('2026-11-22T10:10:00Z'), at('2026-11-22T12:00:00Z'))).toBe(
      at('2026-11-22T11:30:00Z'),
    );
    expect(nextTick(cron, last, at('2026-11-22T11:30:00Z'), at('2026-11-22T12:00:00Z'))).toBeUndefined();
  });

  it('lies after the beginning and not after the end', () => {
    const fields = fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }));
    void fc.assert(
      fc.property(fields, fc.integer({ min: 0, max: 4e9 }), ([minute, hour], fromSecond) => {
        const from = fromSecond * 1000;
        const tick = nextTick(parseCron(`${minute} ${hour} * * *`)!, 0, from, from + DAY_MS)!;
        expect(tick).toBeGreaterThan(from);
        expect(tick).toBeLessThanOrEqual(from + DAY_MS);
        expect([new Date(tick).getUTCMinutes(), new Date(tick).getUTCHours()]).toEqual([minute, hour]);
      }),
      { numRuns: 20 },
    );
  });
});

it.each([
  '',
  '* * *',
  '61 * * * *',
  '*/0 * * * *',
  '5-1 * * * *',
  '@every',
  '@every soon',
  'CRON_TZ=Nowhere/At * * * * *',
  'a b c d e',
])('takes "%s" for no cron expression', (expression) => {
  expect(parseCron(expression)).toBeUndefined();
});
