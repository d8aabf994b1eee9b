import type { Final, Gap, ProberTrouble, Sample } from '../../slo/model/entry.ts';
import { problemOfEntry } from '../../slo/model/entry-shape.ts';
import type { ProbeSpec } from '../../slo/model/plan.ts';
import { WIRE_SCHEMA, type WireClock, type WireDrained, type WireEnd, type WireHeader } from '../lib/wire.ts';

/** What a process may tell. */
export type Told = Sample | Gap | Final | ProberTrouble;

/** One whole answer to a question for the timeline. */
export interface TimelineAnswer {
  header: WireHeader;
  entries: Told[];
  /** Lines that are none of ours; a well-meaning process sends none. */
  refused: number;
  end: WireEnd;
}

/** Reads an answer, or says why it cannot be used. What comes from the network is believed only as far as it fits the plan. */
export function readTimeline(text: string, vantage: string, probes: readonly ProbeSpec[]): TimelineAnswer | string {
  const lines = text.split('\n');
  const header = parsed(lines[0]);
  const end = parsed(lines.at(-2));
  if (lines.at(-1) !== '' || lines.length < 3) return 'its answer was cut';
  if (!isHeader(header)) return 'what answers there is no vantage of this version';
  if (!isEnd(end)) return 'its answer was cut';
  const between = lines.slice(1, -2).map(parsedEntry);
  const entries = between.filter((line): line is Told => isTold(line, vantage, probes));
  return { header, entries, refused: between.length - entries.length, end };
}

export function readClock(text: string): WireClock | undefined {
  const clock = parsed(text);
  if (!isRecord(clock) || typeof clock['boot'] !== 'string') return undefined;
  return isTime(clock['received']) && isTime(clock['sent']) ? (clock as unknown as WireClock) : undefined;
}

export function readDrained(text: string): WireDrained | undefined {
  const drained = parsed(text);
  if (!isRecord(drained) || typeof drained['boot'] !== 'string') return undefined;
  return isCursor(drained['cursor']) ? (drained as unknown as WireDrained) : undefined;
}

function parsed(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}

const TEXTS = ['plan', 'digest', 'vantage', 'instance', 'boot', 'version'] as const;
const LONGEST_TEXT = 300;

function isHeader(line: unknown): line is WireHeader {
  if (!isRecord(line) || line['type'] !== 'header' || line['schema'] !== WIRE_SCHEMA) return false;
  return (
    TEXTS.every((name) => isName(line[name])) &&
    isTime(line['slotZero']) &&
    isTime(line['received']) &&
    isCursor(line['fallenOut'])
  );
}

/** It is shown to people, on terminals too. */
function isName(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT && !/\p{Cc}/u.test(text);
}

function isEnd(line: unknown): line is WireEnd {
  if (!isRecord(line) || line['type'] !== 'next') return false;
  const { cursor, settledTo, sent } = line;
  return isCursor(cursor) && isTime(sent) && (settledTo === undefined || isTime(settledTo));
}

/** What a probe may bring is shorter and flatter by far. What is deeper could not be written: that recurses. */
const LONGEST_LINE = 1024 * 1024;
const DEEPEST = 16;
const MOST_PARTS = 1000;
const MOST_LIVES = 1000;
const MOST_ENDS = 1000;

function parsedEntry(line: string): unknown {
  const entry = line.length > LONGEST_LINE ? undefined : parsed(line);
  return isFlatterThan(entry, DEEPEST) ? entry : undefined;
}

function isFlatterThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isFlatterThan(inner, depth - 1));
}

/** A whole entry of one of the plan's own probes there, with no values but those it declares. */
function isTold(line: unknown, vantage: string, probes: readonly ProbeSpec[]): line is Told {
  if (problemOfEntry(line) !== undefined) return false;
  const entry = line as Told;
  if (entry.type === 'prober') return entry.vantage === vantage && entry.from <= entry.to;
  if (entry.type !== 'sample' && entry.type !== 'gap' && entry.type !== 'final') return false;
  const probe = entry.vantage === vantage ? probes.find(({ name }) => name === entry.probe) : undefined;
  if (!probe) return false;
  if (entry.type === 'gap') return true;
  if (entry.covers && entry.covers[0] > entry.covers[1]) return false;
  if (entry.type === 'final' && !isBounded(entry)) return false;
  const parts = entry.type === 'sample' ? (entry.parts ?? []) : [];
  return parts.length <= MOST_PARTS && [entry, ...parts].every(({ values }) => hasDeclaredValues(values, probe));
}

function isBounded({ lives, ends }: Final): boolean {
  return (lives?.length ?? 0) <= MOST_LIVES && (ends?.length ?? 0) <= MOST_ENDS;
}

function hasDeclaredValues(values: Record<string, number>, { values: declared }: ProbeSpec): boolean {
  return Object.entries(values).every(([name, value]) => Object.hasOwn(declared, name) && Number.isFinite(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCursor(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
