/**
 * What the process says by its exit code. 1 is never ours: Node uses it. When several hold, the first of `PRECEDENCE` wins.
 */
export const EXIT = {
  /** Every critical objective passed. */
  pass: 0,
  /** A critical objective failed. */
  fail: 10,
  /** No critical objective failed, but at least one could not be decided. */
  inconclusive: 20,
  /** Ended by a signal or a stop condition; the faults were removed. */
  aborted: 30,
  /** A fault may still be in effect: somebody must look. */
  faultMayRemain: 40,
  /** The plan or the command line is wrong; nothing was touched. */
  badPlan: 64,
  /** The environment was not ready; nothing was injected. */
  notReady: 69,
  /** Our own fault. */
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Which code wins when several hold, the worst news first. */
export const PRECEDENCE: readonly ExitCode[] = [
  EXIT.faultMayRemain,
  EXIT.bug,
  EXIT.aborted,
  EXIT.fail,
  EXIT.inconclusive,
  EXIT.notReady,
  EXIT.badPlan,
  EXIT.pass,
];

/** The code that wins among those that hold; pass when none does. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.pass;
}
