import type { Outcome } from '../../slo/model/entry.ts';
import { formatDuration } from '../../slo/model/quantity.ts';

/** What a sample looks at. */
export interface Situation {
  connected: boolean;
  failure?: { code: string; reason: string };
  /** A hole opened since the last sample and is still open. */
  holeOpened: boolean;
  /** Why a message since the last sample could not be read. */
  problem?: string;
  /** Since the last batch; absent before the first one. */
  silentMs?: number;
  /** The last batch came by the connection that is open now. */
  confirmed: boolean;
  staleMs: number;
  expectTraffic: boolean;
  /** Where the probe itself asks for completions. */
  traffic?: {
    /** The engine has answered one that was sent this long ago, and no event came since. */
    unheardMs?: number;
    /** Why the latest one failed. */
    failure?: string;
  };
}

interface Judgement {
  outcome: Outcome;
  reason?: string;
}

/** Good means: events arrive by this very connection, readable and without a hole. An idle engine publishes nothing, so silence alone proves neither side. */
export function judgeStream(situation: Situation): Judgement {
  if (!situation.connected) return withoutConnection(situation.failure);
  if (situation.holeOpened) return { outcome: 'bad', reason: 'batches are missing in the sequence' };
  if (situation.problem !== undefined) return { outcome: 'bad', reason: `events cannot be read: ${situation.problem}` };
  if (situation.silentMs === undefined) return beforeTheFirst(situation);
  if (situation.silentMs > situation.staleMs) return silence(situation);
  return situation.confirmed
    ? { outcome: 'good' }
    : { outcome: 'unknown', reason: 'connected again, but no event has come since' };
}

function withoutConnection(failure: Situation['failure']): Judgement {
  if (failure === undefined) return { outcome: 'unknown', reason: 'still connecting for the first time' };
  return { outcome: failure.code === 'local' ? 'unknown' : 'bad', reason: failure.reason };
}

function beforeTheFirst({ traffic, staleMs }: Situation): Judgement {
  if ((traffic?.unheardMs ?? 0) <= staleMs) return { outcome: 'unknown', reason: 'no event seen yet' };
  return { outcome: 'bad', reason: 'subscribed, and completions are answered, but no event has ever come' };
}

function silence({ staleMs, expectTraffic, traffic }: Situation): Judgement {
  const text = `no events for more than ${formatDuration(staleMs)}`;
  if ((traffic?.unheardMs ?? 0) > staleMs)
    return { outcome: 'bad', reason: `${text}, although the engine answers completions` };
  if (expectTraffic) return { outcome: 'bad', reason: text };
  if (traffic?.failure !== undefined)
    return {
      outcome: 'unknown',
      reason: `${text}, and completions fail (${traffic.failure}): the engine may have nothing to tell`,
    };
  return { outcome: 'unknown', reason: `${text}: silence alone cannot tell an idle engine from a partition` };
}
