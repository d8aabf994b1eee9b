import { FAULT_MS, type Recorded, RUN_MS } from './both-verdicts.ts';

const RECORDS_PER_SECOND = 20;
const BEFORE_MS = 60_000;

export const CAUGHT_UP: readonly number[] = [0];
export const A_LITTLE: readonly number[] = [20, 30, 10];

/** How a consumer and its writer behave. */
export interface Consumer {
  /** Records that it has not worked through yet when it commits, while all is well: in turn. */
  behind: readonly number[];
  /** Whether the brokers answer. */
  answered?: (at: number) => boolean;
  /** For how long records were written at this time: a frozen broker takes none. */
  written?: (at: number) => number;
  /** Where it stands after a commit that is due at this time, if not at the end. */
  commits?: (at: number, end: number, before: number) => number | undefined;
}

const inFault = (at: number) => at >= FAULT_MS[0] && at < FAULT_MS[1];

/** Offsets as a look each second finds them, of a consumer that commits every 5 s, which is the default of Kafka's own. */
export function record({
  behind,
  answered = () => true,
  written = (at) => BEFORE_MS + at,
  commits = () => undefined,
}: Consumer): Recorded[] {
  let committed = 0;
  return Array.from({ length: (BEFORE_MS + RUN_MS) / 1000 }, (_, second) => {
    const at = second * 1000 - BEFORE_MS;
    const end = 10_000 + (written(at) / 1000) * RECORDS_PER_SECOND;
    const well = end - behind[(second / 5) % behind.length]!;
    if (second % 5 === 0) committed = commits(at, end, committed) ?? well;
    return answered(at) ? { at, offsets: { end, committed } } : { at };
  });
}

export const healthy = (behind: readonly number[]): Consumer => ({ behind });

export const stopped = (behind: readonly number[]): Consumer => ({
  behind,
  commits: (at, _end, before) => (inFault(at) ? before : undefined),
});

/** It works through three records of four, in batches: of two commits one brings the lag down a little. */
export const slow: Consumer = {
  behind: A_LITTLE,
  commits: (at, end, before) => {
    if (at < FAULT_MS[0]) return undefined;
    return Math.min(end, before + ((at / 5000) % 2 === 0 ? 110 : 40));
  },
};

export const frozen = (behind: readonly number[]): Consumer => ({
  ...stopped(behind),
  answered: (at) => !inFault(at),
  written: (at) => BEFORE_MS + Math.min(at, FAULT_MS[0]) + Math.max(0, at - FAULT_MS[1]),
});

/** At 70 s it begins 1000 records further back, and has worked them through before the next commit but one. */
export const rewound: Consumer = {
  behind: CAUGHT_UP,
  commits: (at, end) => (at === 70_000 ? end - 1000 : at === 75_000 ? end - 300 : undefined),
};
