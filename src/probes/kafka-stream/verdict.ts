import type { Outcome } from '../../slo/model/entry.ts';
import type { Flight } from './canaries.ts';

/** What a sample looks at. */
export interface Situation {
  flight?: Flight;
  /** Why the stream is not known at the moment, or was not before. */
  trouble?: string;
  duplicates: number;
  disordered: number;
  /** Why a record since the last reading could not be read. */
  problem?: string;
  /** No record was ever read, where some are expected. */
  silent: boolean;
  forgotten: boolean;
}

/** A canary that does not come back is bad whatever the cause; otherwise only what was read can be bad. */
export function judgeStream(situation: Situation): { outcome: Outcome; reason?: string } {
  const { flight, trouble, duplicates, disordered, problem, silent, forgotten } = situation;
  if (flight && 'reason' in flight) return { outcome: 'bad', reason: flight.reason };
  if (disordered > 0) return { outcome: 'bad', reason: 'records are out of order' };
  if (duplicates > 0) return { outcome: 'bad', reason: 'records were written twice' };
  if (problem !== undefined) return { outcome: 'bad', reason: `records cannot be read: ${problem}` };
  if (trouble !== undefined) return { outcome: 'unknown', reason: trouble };
  if (forgotten) return { outcome: 'unknown', reason: 'more keys, identities or works than remember allows for' };
  if (silent) return { outcome: 'unknown', reason: 'no record has come yet' };
  return { outcome: 'good' };
}
