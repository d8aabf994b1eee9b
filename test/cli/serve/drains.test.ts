import { expect, it } from 'vitest';
import { Drains } from '../../../src/cli/serve/drains.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';

function stage() {
  const clock = new VirtualClock();
  const begun: { at: number; patienceMs: number }[] = [];
  const drains = new Drains(clock, async (patienceMs) => {
    begun.push({ at: clock.now(), patienceMs });
    await clock.sleepUntil(clock.now() + patienceMs);
    return begun.length;
  });
  const ask = (after: number, patienceMs: number) => drains.after(after, patienceMs, new AbortController().signal);
  return { clock, begun, ask };
}

it('who asks for patience does not get the drain of somebody who had less', async () => {
  const { clock, begun, ask } = stage();
  const hasty = ask(0, 100);
  const patient = ask(0, 5000);
  await clock.run(Promise.all([hasty, patient]));

  expect(begun.map(({ patienceMs }) => patienceMs)).toEqual([100, 5000]);
});

it('who asks for little patience shares the drain of somebody who has more', async () => {
  const { clock, begun, ask } = stage();
  const patient = ask(0, 5000);
  const hasty = ask(0, 100);
  await clock.run(Promise.all([hasty, patient]));

  expect(begun).toEqual([{ at: 0, patienceMs: 5000 }]);
});

it('the same question again, since its answer was lost, begins no other drain', async () => {
  const { clock, begun, ask } = stage();
  await clock.run(ask(0, 500));
  await clock.run(ask(0, 500));

  expect(begun).toHaveLength(1);
});
