import { chaosInvariants } from './invariants-chaos.ts';
import { recordingInvariants } from './invariants-recording.ts';
import { slotInvariants } from './invariants-slots.ts';
import type { History } from './simulate.ts';

/** A law that holds in every world. `check` says what broke it, or nothing. */
export interface Invariant {
  name: string;
  check(history: History): string | undefined;
}

/** Every law there is. More are added by adding to one of the lists, or a list of its own. */
export const invariants: readonly Invariant[] = [...chaosInvariants, ...slotInvariants, ...recordingInvariants];
