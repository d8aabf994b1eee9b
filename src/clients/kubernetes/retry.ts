import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeTrouble } from './client.ts';
import { passes } from './trouble.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 4_000;

/** With less time than this there is no use in one more attempt. */
const LEAST_ATTEMPT_MS = 500;

export interface Patience {
  /** For everything, repetitions and pauses included. */
  callMs: number;
  random(): number;
}

/**
 * Repeats what may go better the next time, inside the bound. The last trouble is the answer, or where that is silence, what the server said
 * before. An attempt is told how long it may take at most.
 */
export async function withRepetitions<Answer extends { ok: true } | KubeTrouble>(
  attempt: (leftMs: number) => Promise<Answer>,
  { callMs, random }: Patience,
  signal: AbortSignal,
): Promise<Answer> {
  const deadline = performance.now() + callMs;
  let leftMs = Number.POSITIVE_INFINITY;
  let unsure = false;
  let said: (Answer & { ok: false }) | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await attempt(leftMs);
    if (answer.ok) return answer;
    if (answer.code === 'status') said = answer as Answer & { ok: false };
    // What was said before explains a silence, but says nothing of what the silent attempt has done.
    const explained = answer.code === 'timeout' ? said : undefined;
    const told = unsure || explained ? { ...(explained ?? answer), unsure: true as const } : answer;
    if (!passes(answer)) return told;
    const waitMs = (answer.retryAfterMs ?? 0) + pauseMs * (0.5 + random());
    if (performance.now() + waitMs + LEAST_ATTEMPT_MS >= deadline) return told;
    if (!(await slept(waitMs, signal))) return told;
    leftMs = deadline - performance.now();
    // A server that is too busy has not begun; of any other trouble nobody knows.
    unsure ||= answer.status !== 429;
  }
}

/** False when the signal cut it short. */
export function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, undefined, { signal }).then(
    () => true,
    () => false,
  );
}
