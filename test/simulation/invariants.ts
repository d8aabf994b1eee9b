import type { Invariant } from './invariant.ts';
import { chaosInvariants } from './invariants-chaos.ts';
import { judgeInvariants } from './invariants-judge.ts';
import { proberInvariants } from './invariants-prober.ts';
import { recordingInvariants } from './invariants-recording.ts';
import { slotInvariants } from './invariants-slots.ts';
import { vantageInvariants } from './invariants-vantages.ts';

/** Every law there is. More are added by adding to one of the lists, or a list of its own. */
export const invariants: readonly Invariant[] = [
  ...chaosInvariants,
  ...slotInvariants,
  ...proberInvariants,
  ...recordingInvariants,
  ...judgeInvariants,
  ...vantageInvariants,
];
