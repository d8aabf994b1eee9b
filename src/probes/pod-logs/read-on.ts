import type { LogLine, LogPage } from './log-page.ts';
import { isSameLine, stampNs } from './log-page.ts';

/** Reads a log, from its beginning or its last lines. */
export type FetchPage = (tailLines: number | undefined) => Promise<({ ok: true } & LogPage) | Unread>;

/** Why a log could not be read now. `gone`: nor will it be later. */
export interface Unread {
  ok: false;
  reason: string;
  gone?: boolean;
}

/** What has come to a log since the last line that was seen, and why it may not be all. */
export interface NewLines {
  ok: true;
  lines: LogLine[];
  /** Where the log ended; absent where it is empty. */
  end?: LogLine | undefined;
  lost?: 'too much' | 'does not join';
}

const LEAST_TAIL = 50;
const FEW_LINES = 3;
const MOST_TAIL = 5_000;
const TAIL_GROWS = 20;

/** How many of the last lines are asked for, after so many were new. */
export function tailFor(newLines: number): number {
  return Math.min(MOST_TAIL, Math.max(LEAST_TAIL, 2 * newLines));
}

/**
 * The lines after the last one that was seen. That line must be found again: it shows that nothing in between is missing, whatever the clocks
 * say. Without one the log is read from its beginning.
 */
export async function readOn(fetch: FetchPage, last: LogLine | undefined, tail: number): Promise<NewLines | Unread> {
  if (!last) return readAll(fetch);
  let page: LogPage = { lines: [], cut: false };
  for (const tailLines of [tail, tail * TAIL_GROWS, undefined]) {
    const fetched = await fetch(tailLines);
    if (!fetched.ok) return fetched;
    const joined = joinedTo(last, fetched);
    if (joined) return joined;
    page = fetched;
    if (page.cut) break;
  }
  // A few long lines may be all that is new, and cut short by what was asked for besides.
  const few = page.cut ? await fetch(FEW_LINES) : undefined;
  const joined = few?.ok && !few.cut ? joinedTo(last, few) : undefined;
  if (joined) return joined;
  const since = stampNs(last.stamp);
  const newer = page.lines.filter(({ stamp }) => stampNs(stamp) > since);
  return newLines(page, newer, page.cut ? 'too much' : 'does not join');
}

function joinedTo(last: LogLine, page: LogPage): NewLines | undefined {
  const at = page.lines.findLastIndex((line) => isSameLine(line, last));
  return at < 0 ? undefined : newLines(page, page.lines.slice(at + 1), page.cut ? 'too much' : undefined);
}

async function readAll(fetch: FetchPage): Promise<NewLines | Unread> {
  const page = await fetch(undefined);
  if (!page.ok) return page;
  return newLines(page, page.lines, page.cut ? 'too much' : undefined);
}

function newLines(page: LogPage, lines: LogLine[], lost: NewLines['lost'] | undefined): NewLines {
  return { ok: true, lines, end: page.lines.at(-1), ...(lost && { lost }) };
}
