import { setImmediate as nextTurn } from 'node:timers/promises';
import { createMatcher, type Matcher } from '../lib/patterns/matcher.ts';
import { COMMON_ERRORS, type Config } from './config.ts';
import { toExample } from './credentials.ts';
import { LOOKED_AT_CHARS, type LogLine } from './log-page.ts';

/** Other probes wait no longer than this while many lines are looked at. */
const BUSY_MS = 10;

/** What was found in the lines of one look. */
export class Tally {
  readonly counts = new Map<string, number>();
  readonly examples: { pod: string; value: string; line: string }[] = [];
  forbidden = false;
  /** Lines that were too long to be looked at to their end. */
  longLines = 0;
}

/** Looks for the errors and the patterns of a config. */
export class LineCounter {
  readonly #looks: { value: string; matcher: Matcher; forbidden: boolean }[];
  readonly #mostExamples: number;

  constructor({ errors, patterns, examples }: Config) {
    this.#looks = [
      { value: 'errorLines', matcher: createMatcher(errors ?? COMMON_ERRORS), forbidden: false },
      ...patterns.map(({ name, matches, ignoreCase, forbidden }) => ({
        value: name,
        matcher: createMatcher(matches, ignoreCase),
        forbidden,
      })),
    ];
    this.#mostExamples = examples;
  }

  /** The names of all counts. */
  get names(): string[] {
    return ['lines', ...this.#looks.map(({ value }) => value)];
  }

  async count(lines: readonly LogLine[], pod: string, tally: Tally): Promise<boolean> {
    let hasForbidden = false;
    let since = performance.now();
    for (const { text } of lines) {
      if (this.#look(text, pod, tally)) hasForbidden = true;
      if (performance.now() - since < BUSY_MS) continue;
      await nextTurn();
      since = performance.now();
    }
    tally.forbidden ||= hasForbidden;
    return hasForbidden;
  }

  #look(text: string, pod: string, tally: Tally): boolean {
    const { counts, examples } = tally;
    const line = text.slice(0, LOOKED_AT_CHARS);
    const add = (value: string) => counts.set(value, (counts.get(value) ?? 0) + 1);
    add('lines');
    if (text.length > LOOKED_AT_CHARS) tally.longLines++;
    let hasForbidden = false;
    for (const { value, matcher, forbidden } of this.#looks) {
      if (!matcher.test(line)) continue;
      add(value);
      hasForbidden ||= forbidden;
      if (examples.length < this.#mostExamples) examples.push({ pod, value, line: toExample(line) });
    }
    return hasForbidden;
  }
}
