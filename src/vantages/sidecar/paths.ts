import type { VantageContext } from '../contract.ts';
import { FROM_NOW, PLAN_PARAMETERS, WIRE_PATHS } from '../lib/wire.ts';
import type { Question } from './network.ts';

/** The plan that the reader works by. */
type WorksBy = Pick<VantageContext, 'plan' | 'digest'>;

/** How long a process may hold an answer back while it has nothing to tell. */
const HOLD_MS = 1000;
const ANSWER_MS = 2000;

/** Who is there, without waiting. */
export function askWho(by: WorksBy): Question {
  const path = `${WIRE_PATHS.timeline}?since=${FROM_NOW}&wait=0${forPlan(by)}`;
  return { method: 'GET', path, timeoutMs: ANSWER_MS };
}

/** What is new since the cursor of that boot; another boot answers with all it has. */
export function askNews(by: WorksBy, boot: string, cursor: number): Question {
  const since = `since=${cursor}&boot=${encodeURIComponent(boot)}&wait=${HOLD_MS}`;
  const path = `${WIRE_PATHS.timeline}?${since}${forPlan(by)}`;
  return { method: 'GET', path, timeoutMs: HOLD_MS + ANSWER_MS };
}

export function askClock(): Question {
  return { method: 'GET', path: WIRE_PATHS.clock, timeoutMs: ANSWER_MS };
}

export function askDrain(by: WorksBy, after: number, patienceMs: number, timeoutMs: number): Question {
  const path = `${WIRE_PATHS.drain}?after=${after}&patience=${Math.ceil(patienceMs)}${forPlan(by)}`;
  return { method: 'POST', path, timeoutMs };
}

function forPlan({ plan, digest }: WorksBy): string {
  const { name, digest: ofDigest } = PLAN_PARAMETERS;
  return `&${new URLSearchParams({ [name]: plan, [ofDigest]: digest })}`;
}
