import { goDurationMs } from './go-duration.ts';

/** The cron expressions of Chaos Mesh: five fields, or six with seconds first, or a descriptor such as `@every 10m`. */
export type Cron =
  | { kind: 'every'; everyMs: number }
  | { kind: 'fields'; fields: CronFields; offsetMs(atMs: number): number };

interface CronFields {
  second: Set<number>;
  minute: Set<number>;
  hour: Set<number>;
  dayOfMonth: Set<number>;
  month: Set<number>;
  dayOfWeek: Set<number>;
  /** With both days restricted, either will do. */
  eitherDay: boolean;
}

const DESCRIPTORS: Record<string, string> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `undefined` where it is none. Without a time zone of its own it means UTC, where controllers run. */
export function parseCron(text: string): Cron | undefined {
  const { zone, expression } = splitZone(text.trim());
  const every = /^@every (.+)$/.exec(expression);
  if (every) {
    const everyMs = goDurationMs(every[1]!);
    return everyMs === undefined || everyMs <= 0 ? undefined : { kind: 'every', everyMs: Math.max(1000, everyMs) };
  }
  const offsetMs = offsetOf(zone);
  const fields = parseFields(DESCRIPTORS[expression] ?? expression);
  return fields && offsetMs ? { kind: 'fields', fields, offsetMs } : undefined;
}

/** The first tick in `(fromMs, toMs]`. Intervals are counted from the last run, or from when the Schedule was made. */
export function nextTick(cron: Cron, lastMs: number, fromMs: number, toMs: number): number | undefined {
  if (cron.kind === 'every') {
    const steps = Math.max(1, Math.floor((fromMs - lastMs) / cron.everyMs) + 1);
    const tick = lastMs + steps * cron.everyMs;
    return tick <= toMs ? tick : undefined;
  }
  for (let second = Math.floor(fromMs / 1000) + 1; second * 1000 <= toMs; second++)
    if (isTick(cron.fields, new Date(second * 1000 + cron.offsetMs(second * 1000)))) return second * 1000;
  return undefined;
}

function isTick(fields: CronFields, local: Date): boolean {
  const { second, minute, hour, month } = fields;
  if (!second.has(local.getUTCSeconds()) || !minute.has(local.getUTCMinutes())) return false;
  if (!hour.has(local.getUTCHours()) || !month.has(local.getUTCMonth() + 1)) return false;
  const byDate = fields.dayOfMonth.has(local.getUTCDate());
  const byDay = fields.dayOfWeek.has(local.getUTCDay());
  return fields.eitherDay ? byDate || byDay : byDate && byDay;
}

function splitZone(text: string): { zone: string; expression: string } {
  const match = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text);
  return match ? { zone: match[1]!, expression: match[2]! } : { zone: 'UTC', expression: text };
}

function offsetOf(zone: string): ((atMs: number) => number) | undefined {
  if (zone === 'UTC') return () => 0;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    return (atMs) => readOffset(format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '');
  } catch {
    return undefined;
  }
}

/** `GMT+05:30` */
function readOffset(text: string): number {
  const match = /([+-])(\d\d):(\d\d)/.exec(text);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

function parseFields(text: string): CronFields | undefined {
  const words = text.split(/\s+/);
  if (words.length === 5) words.unshift('0');
  if (words.length !== 6) return undefined;
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = [
    parseField(words[0]!, 0, 59, []),
    parseField(words[1]!, 0, 59, []),
    parseField(words[2]!, 0, 23, []),
    parseField(words[3]!, 1, 31, []),
    parseField(words[4]!, 1, 12, MONTHS),
    parseField(words[5]!, 0, 6, DAYS),
  ];
  if (!second || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) return undefined;
  const eitherDay = !isAny(words[3]!) && !isAny(words[5]!);
  return { second, minute, hour, dayOfMonth, month, dayOfWeek, eitherDay };
}

/** With a step of more than one it is a restriction like any other. */
function isAny(word: string): boolean {
  return word.split(',').some((part) => /^[*?](\/0*1)?$/.test(part));
}

function parseField(text: string, least: number, most: number, names: readonly string[]): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    if (!match) return undefined;
    const [, first, last, step] = match as unknown as [string, string, string | undefined, string | undefined];
    const all = first === '*' || first === '?';
    const from = all ? least : numberOf(first, least, names);
    const to = all || (last === undefined && step !== undefined) ? most : numberOf(last ?? first, least, names);
    const by = Number(step ?? 1);
    if (from < least || to > most || from > to || by < 1 || Number.isNaN(from + to)) return undefined;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function numberOf(text: string, least: number, names: readonly string[]): number {
  const index = names.indexOf(text.toLowerCase());
  return index >= 0 ? index + least : Number(text);
}
