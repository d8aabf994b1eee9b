import { FROM_NOW, WIRE_PATHS } from '../lib/wire.ts';
import type { Question } from './network.ts';

/** How long a process may hold an answer back while it has nothing to tell. */
const HOLD_MS = 1000;
const ANSWER_MS = 2000;

/** Who is there, without waiting. */
export function askWho(): Question {
  return { method: 'GET', path: `${WIRE_PATHS.timeline}?since=${FROM_NOW}&wait=0`, timeoutMs: ANSWER_MS };
}

/** What is new since the cursor of that boot; another boot answers with all it has. */
export function askNews(boot: string, cursor: number): Question {
  const path = `${WIRE_PATHS.timeline}?since=${cursor}&boot=${encodeURIComponent(boot)}&wait=${HOLD_MS}`;
  return { method: 'GET', path, timeoutMs: HOLD_MS + ANSWER_MS };
}

export function askClock(): Question {
  return { method: 'GET', path: WIRE_PATHS.clock, timeoutMs: ANSWER_MS };
}

export function askDrain(after: number, patienceMs: number, timeoutMs: number): Question {
  return { method: 'POST', path: `${WIRE_PATHS.drain}?after=${after}&patience=${Math.ceil(patienceMs)}`, timeoutMs };
}
