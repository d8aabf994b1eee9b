import { z } from 'zod';
import type { GoalEvents } from './goal-events.ts';
import type { GoalEvent, StepEvent } from './goal-run.ts';

const eventTypes = [
  ...(['GOAL_STARTED', 'GOAL_COMPLETED', 'GOAL_FAILED'] as const),
  ...(['STEP_STARTED', 'STEP_COMPLETED', 'STEP_FAILED'] as const),
] as const satisfies readonly (GoalEvent | StepEvent)['eventType'][];

const which = { eventType: z.enum(eventTypes), events: z.int().min(1).max(10_000).default(1) };

/** What can befall the next events of a type, by command. Of several for one type one follows another. */
export const eventMishap = z.discriminatedUnion('command', [
  /** Never written, though the workflow is told that it is. */
  z.strictObject({ command: z.literal('swallow'), ...which }),
  /** Written `forMs` later, though the workflow is told that it is: after what it writes meanwhile. */
  z.strictObject({ command: z.literal('late'), ...which, forMs: z.int().min(1).max(600_000) }),
  /** Written twice. */
  z.strictObject({ command: z.literal('repeat'), ...which }),
]);

export type EventMishap = z.infer<typeof eventMishap>;

/** Of about one goal in so many nothing is ever written: the last digit of its id says of which, so that all workers that are told the same agree. */
export const silence = z.strictObject({ command: z.literal('silence'), oneIn: z.int().min(1).max(16) });

export interface MishapEvents extends GoalEvents {
  befall: (mishap: EventMishap | z.infer<typeof silence>) => void;
  /** Nothing befalls those that come. */
  spare: () => void;
  /** How many are still to be befallen. */
  waiting: () => number;
}

/** Writes events, unless a mishap befalls them. */
export function withMishaps(events: GoalEvents): MishapEvents {
  let mishaps: EventMishap[] = [];
  let silentOneIn: number | undefined;

  const isSilent = (goalRunId: string) =>
    silentOneIn !== undefined && Number.parseInt(goalRunId.slice(-1), 16) % silentOneIn === 0;

  function take(eventType: string): EventMishap | undefined {
    const first = mishaps.find((mishap) => mishap.eventType === eventType);
    if (first === undefined) return undefined;
    first.events -= 1;
    mishaps = mishaps.filter((mishap) => mishap.events > 0);
    return first;
  }

  async function emit({ eventType, goalRunId }: GoalEvent | StepEvent, write: () => Promise<void>): Promise<void> {
    if (isSilent(goalRunId)) return;
    const mishap = take(eventType);
    if (mishap?.command === 'swallow') return;
    if (mishap?.command === 'late') return writeLater(write, mishap.forMs);
    await write();
    if (mishap?.command === 'repeat') await write();
  }

  return {
    emitGoal: (event, attempt) => emit(event, () => events.emitGoal(event, attempt)),
    emitStep: (event, attempt) => emit(event, () => events.emitStep(event, attempt)),
    close: events.close,
    befall: (mishap) => {
      if (mishap.command === 'silence') silentOneIn = mishap.oneIn;
      else mishaps.push({ ...mishap });
    },
    spare: () => {
      mishaps = [];
      silentOneIn = undefined;
    },
    waiting: () => mishaps.reduce((sum, mishap) => sum + mishap.events, 0),
  };
}

function writeLater(write: () => Promise<void>, forMs: number): void {
  setTimeout(() => {
    write().catch((error: unknown) => process.stderr.write(`${new Date().toISOString()} ${String(error)}\n`));
  }, forMs);
}
