import type { Log } from '../clients/log.ts';
import type { Entry, Offset } from '../slo/model/entry.ts';
import type { Plan } from '../slo/model/plan.ts';
import { formatDuration } from '../slo/model/quantity.ts';
import { oneLine } from '../slo/render/text.ts';
import { blockLines, statusLine } from './progress-lines.ts';
import { advance, type ProgressState, startingState } from './progress-state.ts';

/** What a person sees of a run while it lasts. Everything follows from the entries as they are recorded. */
export interface Progress {
  /** Quick, and never throws. */
  observed(entry: Entry): void;
  /** Something that is in no entry. */
  note(text: string): void;
  /** Leaves the terminal as it should be for what comes next. */
  close(): void;
}

/** Where progress is written. Sizes are read each time, since windows change. */
export interface ProgressOutput {
  write(text: string): void;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface ProgressOptions {
  plan: Plan;
  now(): Offset;
  output: ProgressOutput;
  /** `block`: one block that is rewritten. `lines`: plain lines. A log: one record for each line. */
  style: 'block' | 'lines' | Log;
  colour: boolean;
}

const REDRAW_MS = 250;
const STATUS_MS = 10_000;

/** A block only where something can be rewritten, colour only where it is wanted. */
export function styleFor(env: Readonly<Record<string, string | undefined>>, isTty: boolean) {
  const rewritable = isTty && env['TERM'] !== 'dumb';
  return { style: rewritable ? 'block' : 'lines', colour: rewritable && !env['NO_COLOR'] } as const;
}

export function createProgress(options: ProgressOptions): Progress {
  const { style } = options;
  if (style === 'block') return blockProgress(options);
  if (style === 'lines') return plainProgress(options, (line) => options.output.write(`${line}\n`));
  return loggedProgress(options, style);
}

function blockProgress({ plan, now, output, colour }: ProgressOptions): Progress {
  const state = startingState(plan);
  let drawn = 0;
  const erasing = () => (drawn > 0 ? `\u001b[${drawn}A\u001b[J` : '');
  // One write for each change: a terminal must not show the moment in which the block is gone.
  const redraw = (above = '') => {
    // A terminal that does not know its size says 0.
    const size = { columns: (output.columns || 80) - 1, rows: output.rows || 24 };
    const lines = blockLines(state, now(), { ...size, colour });
    output.write(`${erasing()}${above}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const print = (line: string) => redraw(`${stamped(line, now())}\n`);
  const timer = setInterval(() => redraw(), REDRAW_MS).unref();
  return {
    observed: (entry) => printNews(state, plan, entry, print),
    note: print,
    close() {
      clearInterval(timer);
      output.write(erasing());
      drawn = 0;
    },
  };
}

function plainProgress({ plan, now }: ProgressOptions, write: (line: string) => void): Progress {
  const state = startingState(plan);
  const print = (line: string) => write(stamped(line, now()));
  const timer = setInterval(() => print(statusLine(state, now())), STATUS_MS).unref();
  return {
    observed: (entry) => printNews(state, plan, entry, print),
    note: print,
    close: () => clearInterval(timer),
  };
}

function loggedProgress({ plan, now }: ProgressOptions, log: Log): Progress {
  const state = startingState(plan);
  const fields = () => ({
    plan: plan.name,
    experiment: state.experiment,
    step: state.step,
    offsetMs: Math.round(now()),
  });
  const print = (line: string) => log.info(fields(), oneLine(line));
  const status = () => log.info({ ...fields(), probes: [...state.probes.values()] }, 'running');
  const timer = setInterval(status, STATUS_MS).unref();
  return {
    observed: (entry) => printNews(state, plan, entry, print),
    note: print,
    close: () => clearInterval(timer),
  };
}

function printNews(state: ProgressState, plan: Plan, entry: Entry, print: (line: string) => void): void {
  const news = advance(state, plan, entry);
  if (news !== undefined) print(news);
}

function stamped(line: string, now: Offset): string {
  return `[${formatDuration(Math.round(now / 100) * 100)}] ${oneLine(line)}`;
}
