/** One line of a log, with the time at which the runtime took it: RFC 3339 with nanoseconds, by the node's clock. */
export interface LogLine {
  stamp: string;
  text: string;
}

/** A piece of a log as the API server gave it. */
export interface LogPage {
  lines: LogLine[];
  /** More was there than may be read at once. */
  cut: boolean;
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Longer lines are looked at up to here. */
export const LOOKED_AT_CHARS = 16_384;

/**
 * Takes an answer apart; `undefined` where it is no log with stamps, as when the kubelet reports its own trouble in place of one. A last line
 * without its end is left for the next time, unless nothing can come after it.
 */
export function readPage(body: string, limitBytes: number, isOver: boolean): LogPage | undefined {
  const cut = Buffer.byteLength(body) >= limitBytes;
  const texts = body.split('\n');
  const rest = texts.pop();
  if (rest && isOver && !cut) texts.push(rest);
  const lines: LogLine[] = [];
  for (const each of texts) {
    const space = each.indexOf(' ');
    const stamp = space < 0 ? each : each.slice(0, space);
    if (!STAMP.test(stamp)) return undefined;
    lines.push({ stamp, text: space < 0 ? '' : each.slice(space + 1) });
  }
  if (lines.length === 0 && rest && !STAMP.test(rest.split(' ', 1)[0]!)) return undefined;
  return { lines, cut };
}

/** Nanoseconds since 1970. */
export function stampNs(stamp: string): bigint {
  const [, seconds = '', fraction = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(stamp) ?? [];
  return BigInt(Date.parse(seconds + zone)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

export function isSameLine(one: LogLine, other: LogLine): boolean {
  return one.stamp === other.stamp && one.text === other.text;
}
