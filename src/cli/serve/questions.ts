import { FROM_NOW, PLAN_PARAMETERS, WIRE_PATHS } from '../../vantages/lib/wire.ts';
import type { Since } from './station.ts';

/** Whose plan a reader works by, as far as it says. */
export interface AskedPlan {
  name: string | undefined;
  digest: string | undefined;
}

/** What somebody asks a station. Nothing else can be asked, and nothing that is asked changes what is probed. */
export type Question =
  | { what: 'timeline'; plan: AskedPlan; since: Since; waitMs: number }
  | { what: 'drain'; plan: AskedPlan; after: number; patienceMs: number }
  | { what: 'clock' | 'metrics' | 'health' | 'readiness' }
  | { what: 'nonsense'; status: number; text: string };

const LONGEST_WAIT_MS = 5000;
const LONGEST_BOOT = 64;

const GETS: Record<string, (query: URLSearchParams) => Question> = {
  [WIRE_PATHS.timeline]: timelineQuestion,
  [WIRE_PATHS.clock]: () => ({ what: 'clock' }),
  '/metrics': () => ({ what: 'metrics' }),
  '/healthz': () => ({ what: 'health' }),
  '/readyz': () => ({ what: 'readiness' }),
};

export function questionOf(method: string | undefined, url: string | undefined): Question {
  const [path = '', query = ''] = (url ?? '').split('?', 2);
  if (method === 'POST' && path === WIRE_PATHS.drain) return drainQuestion(new URLSearchParams(query));
  if (path === WIRE_PATHS.drain) return nonsense(405, 'only POST');
  const known = Object.hasOwn(GETS, path) ? GETS[path] : undefined;
  if (!known) return nonsense(404, `see ${Object.keys(GETS).join(', ')}`);
  return method === 'GET' || method === 'HEAD' ? known(new URLSearchParams(query)) : nonsense(405, 'only GET and HEAD');
}

function timelineQuestion(query: URLSearchParams): Question {
  const since = query.get('since') ?? '0';
  const cursor = since === FROM_NOW ? FROM_NOW : numberOf(since);
  const boot = query.get('boot') ?? undefined;
  const waitMs = numberOf(query.get('wait') ?? '0');
  if (cursor === undefined || waitMs === undefined || (boot?.length ?? 0) > LONGEST_BOOT)
    return nonsense(400, 'expected since=CURSOR&boot=BOOT&wait=MS&plan=NAME&digest=DIGEST');
  return { what: 'timeline', plan: planIn(query), since: { cursor, boot }, waitMs: Math.min(waitMs, LONGEST_WAIT_MS) };
}

function drainQuestion(query: URLSearchParams): Question {
  const after = numberOf(query.get('after') ?? '');
  const patienceMs = numberOf(query.get('patience') ?? '');
  if (after === undefined || patienceMs === undefined)
    return nonsense(400, 'expected after=TIME&patience=MS&plan=NAME&digest=DIGEST');
  return { what: 'drain', plan: planIn(query), after, patienceMs };
}

function planIn(query: URLSearchParams): AskedPlan {
  const { name, digest } = PLAN_PARAMETERS;
  return { name: query.get(name) ?? undefined, digest: query.get(digest) ?? undefined };
}

/** Digits, and perhaps a fraction. */
function numberOf(text: string): number | undefined {
  return /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
}

function nonsense(status: number, text: string): Question {
  return { what: 'nonsense', status, text };
}
