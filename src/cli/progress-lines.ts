import type { Offset } from '../slo/model/entry.ts';
import { formatDuration } from '../slo/model/quantity.ts';
import { oneLine } from '../slo/render/text.ts';
import { columns, pad, shorten } from '../slo/render/width.ts';
import type { ProbeTally, ProgressState } from './progress-state.ts';

export interface BlockStyle {
  columns: number;
  rows: number;
  colour: boolean;
}

const BAR_LENGTH = 20;
const LONGEST_NAME = 28;
const COLOURS = { good: '\u001b[32m', bad: '\u001b[31m', missing: '\u001b[33m' };

/** The live block: where the run is, and one line for each probe, those in trouble first. */
export function blockLines(state: ProgressState, now: Offset, style: BlockStyle): string[] {
  const room = Math.max(1, style.rows - 3);
  const probes = [...state.probes.values()].sort((left, right) => urgency(right) - urgency(left));
  const shown = probes.slice(0, probes.length > room ? room - 1 : room);
  const width = Math.min(LONGEST_NAME, Math.max(0, ...shown.map(({ probe }) => columns(oneLine(probe)))));
  const lines = [shorten(whereLine(state, now), style.columns)];
  for (const tally of shown) lines.push(probeLine(tally, width, style));
  if (shown.length < probes.length) lines.push(shorten(`  and ${probes.length - shown.length} more`, style.columns));
  return lines;
}

function urgency({ last, reason }: ProbeTally): number {
  if (last === 'bad') return 3;
  if (last === 'missing') return 2;
  return reason === undefined ? 0 : 1;
}

function whereLine(state: ProgressState, now: Offset): string {
  if (state.experiment === undefined) return 'preparing';
  const place = `${oneLine(state.experiment)} (${state.position} of ${state.experiments})  ${state.step}`;
  return `${place}  ${bar(state, now)}${timeText(state, now)}`;
}

function bar({ since, until }: ProgressState, now: Offset): string {
  if (until === undefined || until <= since) return '';
  const done = Math.min(1, Math.max(0, (now - since) / (until - since)));
  const filled = Math.round(done * BAR_LENGTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_LENGTH - filled)}]  `;
}

/** The time left where the plan says how long it takes, else the time it has taken. */
function timeText({ since, until }: ProgressState, now: Offset): string {
  const untilEnd = until === undefined ? undefined : until - now;
  if (untilEnd !== undefined && untilEnd >= 0) return `${tenths(untilEnd)} left`;
  return `for ${tenths(Math.max(0, now - since))}`;
}

function tenths(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}s` : formatDuration(ms);
}

function probeLine(tally: ProbeTally, width: number, style: BlockStyle): string {
  const name = pad(shorten(oneLine(tally.probe), width), width);
  const text = shorten(`  ${name}  ${tallyText(tally)}`, style.columns);
  return style.colour && tally.last !== undefined ? `${COLOURS[tally.last]}${text}\u001b[0m` : text;
}

/** `312 good, 44 bad, 0 missing (connection refused)`. */
function tallyText({ good, bad, missing, reason }: ProbeTally): string {
  const counts = `${good} good, ${bad} bad, ${missing} missing`;
  return reason === undefined ? counts : `${counts} (${oneLine(reason)})`;
}

/** All in one line, for where nothing can be rewritten. */
export function statusLine(state: ProgressState, now: Offset): string {
  const where = state.experiment === undefined ? 'preparing' : `${oneLine(state.experiment)}: ${state.step}`;
  const probes = [...state.probes.values()].map((tally) => `${oneLine(tally.probe)} ${tallyText(tally)}`);
  return [`${where}, ${timeText(state, now)}`, ...probes].join('; ');
}
