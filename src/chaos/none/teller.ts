import type { Offset } from '../../slo/model/entry.ts';
import type { DriverContext } from '../contract.ts';

export type Told = 'injected' | 'recovered';

/** That the fault began or ended, and between which moments. */
export interface Word {
  at: Offset;
  notBefore?: Offset;
  /** Where it came from, for the evidence. */
  text: string;
}

/** Whoever breaks the system and says so. */
export interface Teller {
  name: string;
  /** What stands in the way of an experiment now. */
  problems(signal: AbortSignal): Promise<string[]>;
  /** Resolves when told; rejects only when the signal aborts. */
  awaitWord(told: Told, signal: AbortSignal): Promise<Word>;
  close(): void;
}

/** What one look brought: whether it was said, and for when. Undefined: this look could tell nothing. */
export type Look = { said: false } | { said: true; sinceUnixMs?: number } | undefined;

/** Looks again and again until it is said. The moment lies between the last look that could have seen it and did not, and now. */
export async function watch(
  teller: string,
  told: Told,
  look: (signal: AbortSignal) => Promise<Look>,
  everyMs: number,
  context: DriverContext,
  signal: AbortSignal,
): Promise<Word> {
  const began = context.now();
  let notBefore = began;
  for (;;) {
    signal.throwIfAborted();
    const asked = context.now();
    const seen = await look(signal);
    if (seen?.said) return toWord(teller, told, seen.sinceUnixMs, { began, notBefore, now: context.now() });
    if (seen) notBefore = asked;
    await context.sleep(everyMs, signal);
  }
}

interface Span {
  began: Offset;
  notBefore: Offset;
  now: Offset;
}

/** The teller's own time is the better knowledge, within the time in which we waited for its word. */
function toWord(teller: string, told: Told, sinceUnixMs: number | undefined, span: Span): Word {
  if (sinceUnixMs === undefined)
    return { at: span.now, notBefore: span.notBefore, text: `said by ${teller}: ${told}, without a time` };
  const since = span.now - (Date.now() - sinceUnixMs);
  const at = Math.min(Math.max(since, span.began), span.now);
  return { at, text: `said by ${teller}: ${told} since ${new Date(sinceUnixMs).toISOString()}` };
}
