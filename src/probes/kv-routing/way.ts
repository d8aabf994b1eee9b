import type { HttpClient } from '../../clients/http.ts';
import type { Outcome } from '../../slo/model/entry.ts';
import { type Asking, type Completed, complete, type NotCompleted } from './completion.ts';
import type { Engine, Engines } from './engines.ts';
import type { Within } from './witness.ts';

/** What a request through the gateway brought. */
export type Through =
  | { ok: true; completed: Completed; engine: Engine }
  /** `target`: the engine that was chosen, where it was one that failed. */
  | { ok: false; outcome: Exclude<Outcome, 'good'>; reason: string; target?: string };

/** The way that users take: through the gateway, which says which engine it chose. */
export interface Way {
  ask(prompt: string, within: Within): Promise<Through>;
}

export function wayThrough(gateway: HttpClient, engines: Engines, asking: Asking, targetHeader: string): Way {
  const header = targetHeader.toLowerCase();
  return {
    async ask(prompt, within) {
      const completed = await complete(gateway, asking, prompt, within);
      const target = completed.headers[header];
      if (!completed.ok)
        return {
          ok: false,
          ...troubleOf(completed, target !== undefined),
          ...(target === undefined ? {} : { target }),
        };
      if (target === undefined)
        return {
          ok: false,
          outcome: 'unknown',
          reason: `the answer has no header ${targetHeader}: nobody knows which engine gave it`,
        };
      const found = await engines.meet(target.trim());
      return found.ok
        ? { ok: true, completed, engine: found.engine }
        : { ok: false, outcome: 'unknown', reason: found.reason };
    },
  };
}

function troubleOf(
  { code, message, status }: NotCompleted,
  routed: boolean,
): { outcome: 'bad' | 'unknown'; reason: string } {
  if (status === 401 || status === 403)
    return { outcome: 'unknown', reason: `the gateway does not let us in: ${message}` };
  if (code === 'credentials' || code === 'aborted') return { outcome: 'unknown', reason: message };
  if (routed) return { outcome: 'bad', reason: `the engine behind the gateway failed: ${message}` };
  return { outcome: 'bad', reason: `gateway: ${message}` };
}
