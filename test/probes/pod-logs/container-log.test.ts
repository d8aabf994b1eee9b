import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContainerState } from '../../../src/probes/lib/pods/pod.ts';
import { ContainerLog, type FetchLog, type Taken } from '../../../src/probes/pod-logs/container-log.ts';
import type { LogLine } from '../../../src/probes/pod-logs/log-page.ts';

type Step =
  | { do: 'write'; lines: number }
  | { do: 'restart' | 'crash' | 'rotate' | 'look' | 'step back' }
  /** The next requests fail, as many as that. */
  | { do: 'fail'; requests: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 120 }) }) },
  { weight: 5, arbitrary: fc.constant({ do: 'look' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('restart' as const, 'crash' as const, 'rotate' as const, 'step back' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), requests: fc.integer({ min: 1, max: 3 }) }) },
);

/** A container whose runtime keeps its last two runs. */
function playContainer() {
  const runs: LogLine[][] = [[]];
  let [written, seconds, failing] = [0, 1_000_000, 0];
  let over = false;
  /** A file is rotated when it has become large, and so not before a line of it was seen. */
  let isSeen = false;
  const restart = () => {
    runs.push([]);
    over = false;
    isSeen = false;
  };
  const id = (run: number) => `run-${run}`;
  return {
    written: () => written,
    wasRead(): void {
      isSeen = runs.at(-1)!.length > 0;
    },
    perform(each: Step): void {
      if (each.do === 'write' && !over)
        for (let count = 0; count < each.lines; count++) {
          const stamp = new Date(1_000 * seconds++).toISOString();
          runs.at(-1)!.push({ stamp, text: `line ${written++}` });
        }
      if (each.do === 'restart') restart();
      if (each.do === 'crash') over = true;
      if (each.do === 'rotate' && isSeen) {
        runs.at(-1)!.splice(0);
        isSeen = false;
      }
      if (each.do === 'step back') seconds -= 500;
      if (each.do === 'fail') failing = each.requests;
    },
    state(): ContainerState {
      const run = runs.length - 1;
      const ended = [
        run > 0 ? [{ id: id(run - 1), reason: 'Error' }] : [],
        over ? [{ id: id(run), reason: 'Error' }] : [],
      ];
      return {
        name: 'main',
        restarts: run,
        running: !over,
        run: id(run),
        ...(run > 0 && { previous: id(run - 1) }),
        ended: ended.flat(),
      };
    },
    fetch: (({ previous }) =>
      async (tail) => {
        if (failing > 0) {
          failing--;
          return { ok: false, reason: 'away' };
        }
        const lines = runs.at(previous ? -2 : -1);
        if (!lines) return { ok: false, reason: 'none', gone: true };
        return { ok: true, cut: false, lines: lines.slice(tail === undefined ? 0 : -tail) };
      }) satisfies FetchLog as FetchLog,
  };
}

test('no line is counted twice, and none is missing but where that is said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const container = playContainer();
      container.perform({ do: 'write', lines: 3 });
      const log = new ContainerLog(false);
      await log.read(container.state(), container.fetch);
      container.wasRead();
      const before = container.written();
      const seen: string[] = [];
      let lost = false;
      let last: Taken | undefined;
      const look = async () => {
        last = await log.read(container.state(), container.fetch);
        if (last.unread === undefined) container.wasRead();
        seen.push(...last.lines.map(({ text }) => text));
        lost ||= last.lost.length > 0;
      };
      for (const each of steps) {
        if (each.do === 'look') await look();
        else container.perform(each);
      }
      for (let count = 0; count < 5; count++) await look();

      const expected = Array.from({ length: container.written() - before }, (_, index) => `line ${before + index}`);
      expect(last?.unread, 'what goes on failing is not the log').toBeUndefined();
      expect(new Set(seen).size, 'a line was counted twice').toBe(seen.length);
      expect(expected).toEqual(expect.arrayContaining(seen));
      if (!lost) expect(seen).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
