import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type EventMishap, withMishaps } from '../../../../lab/workloads/goals/event-mishaps.ts';

/** Writes the story of one goal with one step, while mishaps are waiting; gives what stands written in the end. */
async function tell(...mishaps: EventMishap[]) {
  const written: string[] = [];
  const write = async ({ eventType }: { eventType: string }) => void written.push(eventType);
  const events = withMishaps({ emitGoal: write, emitStep: write, close: async () => {} });
  mishaps.forEach(events.befall);
  const about = { goalRunId: 'g', tenantId: 'lab', payload: {} };
  await events.emitGoal({ ...about, eventType: 'GOAL_STARTED' });
  await events.emitStep({ ...about, eventType: 'STEP_STARTED', stepNumber: 1 });
  await events.emitStep({ ...about, eventType: 'STEP_COMPLETED', stepNumber: 1 });
  await events.emitGoal({ ...about, eventType: 'GOAL_COMPLETED' });
  await sleep(40);
  return { written: written.map((type) => type.replace(/(?<=_.).*/, '')).join(' '), waiting: events.waiting(), events };
}

test.each<[sentence: string, mishaps: EventMishap[], written: string, waiting: number]>([
  ['nothing befalls them', [], 'GOAL_S STEP_S STEP_C GOAL_C', 0],
  ['swallowed', [{ command: 'swallow', eventType: 'GOAL_COMPLETED', events: 1 }], 'GOAL_S STEP_S STEP_C', 0],
  ['late', [{ command: 'late', eventType: 'STEP_STARTED', events: 1, forMs: 20 }], 'GOAL_S STEP_C GOAL_C STEP_S', 0],
  ['twice', [{ command: 'repeat', eventType: 'STEP_COMPLETED', events: 1 }], 'GOAL_S STEP_S STEP_C STEP_C GOAL_C', 0],
  [
    'of a type that does not come',
    [{ command: 'swallow', eventType: 'STEP_FAILED', events: 2 }],
    'GOAL_S STEP_S STEP_C GOAL_C',
    2,
  ],
])('%s', async (_, mishaps, written, waiting) => {
  expect(await tell(...mishaps)).toMatchObject({ written, waiting });
});

test('those that are spared are written as they come', async () => {
  const { events } = await tell({ command: 'swallow', eventType: 'STEP_FAILED', events: 2 });
  events.spare();
  expect(events.waiting()).toBe(0);
});

test('of one goal in two nothing is written, the others are told whole, until all are spared', async () => {
  const written: string[] = [];
  const write = async ({ goalRunId }: { goalRunId: string }) => void written.push(goalRunId);
  const events = withMishaps({ emitGoal: write, emitStep: write, close: async () => {} });
  const started = (goalRunId: string) =>
    events.emitGoal({ goalRunId, tenantId: 'lab', payload: {}, eventType: 'GOAL_STARTED' });

  events.befall({ command: 'silence', oneIn: 2 });
  for (const id of ['a1', 'a2', 'bb', 'be']) await started(id);
  events.spare();
  await started('be');

  expect(written).toEqual(['a1', 'bb', 'be']);
});
