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

export interface MishapEvents extends GoalEvents {
  befall: (mishap: EventMishap) => void;
  /** Nothing befalls those that come. */
  spare: () => void;
  /** How many are still to be befallen. */
  waiting: () => number;
}

/** Writes events, unless a mishap befalls them. */
export function withMishaps(events: GoalEvents): MishapEvents {
  let mishaps: EventMishap[] = [];

  function take(eventType: string): EventMishap | undefined {
    const first = mishaps.find((mishap) => mishap.eventType === eventType);
    if (first === undefined) return undefined;
    first.events -= 1;
    mishaps = mishaps.filter((mishap) => mishap.events > 0);
    return first;
  }

  async function emit(eventType: string, write: () => Promise<void>): Promise<void> {
    const mishap = take(eventType);
    if (mishap?.command === 'swallow') return;
    if (mishap?.command === 'late') return writeLater(write, mishap.forMs);
    await write();
    if (mishap?.command === 'repeat') await write();
  }

  return {
    emitGoal: (event, attempt) => emit(event.eventType, () => events.emitGoal(event, attempt)),
    emitStep: (event, attempt) => emit(event.eventType, () => events.emitStep(event, attempt)),
    close: events.close,
    befall: (mishap) => void mishaps.push({ ...mishap }),
    spare: () => {
      mishaps = [];
    },
    waiting: () => mishaps.reduce((sum, mishap) => sum + mishap.events, 0),
  };
}

function writeLater(write: () => Promise<void>, forMs: number): void {
  setTimeout(() => {
    write().catch((error: unknown) => process.stderr.write(`${new Date().toISOString()} ${String(error)}\n`));
  }, forMs);
}
