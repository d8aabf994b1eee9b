import * as z from 'zod';
import { regularExpression } from '../lib/patterns/config.ts';
import { podsConfig, saysWhichPods, WHICH_PODS } from '../lib/pods/config.ts';
import { values } from './values.ts';

/** What most loggers write for an error: a level as a word, in JSON, as a field, by number, or the first line of a stack. */
export const COMMON_ERRORS = [
  '\\b(ERROR|FATAL|CRITICAL|PANIC|SEVERE)\\b',
  '"(level|severity|lvl)" *: *"(error|fatal|critical|panic|dpanic|alert|emergency|ERROR|FATAL|CRITICAL)"',
  '"level" *: *[56]0\\b',
  '\\b(level|severity|lvl)="?(error|fatal|critical|panic)\\b',
  '^[EF]\\d{4} \\d\\d:',
  '^(panic|fatal error|Error): ',
  '^Traceback \\(most recent call last\\)',
].join('|');

export const config = z.lazy(() =>
  z
    .strictObject({
      ...podsConfig(),
      containers: z
        .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'not a name of a container'))
        .min(1)
        .max(20)
        .describe('only these; default all of each pod')
        .optional(),
      patterns: z
        .array(pattern())
        .max(20)
        .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'a pattern is named twice')
        .default([])
        .describe(
          'what is looked for in each line: `name` of the count, `matches`, a regular expression, `ignoreCase: true`, and `forbidden: true` where a slot with such a line is bad',
        ),
      errors: regularExpression()
        .describe('which lines are errors; default: those that common loggers write for levels from error on')
        .optional(),
      maxBytes: z
        .number()
        .int()
        .min(1024)
        .max(16_777_216)
        .default(1_048_576)
        .describe('bytes that are read of one log in one slot at most; what is more is a hole in the counts'),
      examples: z
        .number()
        .int()
        .min(0)
        .max(5)
        .default(0)
        .describe(
          'lines that were found and are kept in the recording: shortened, without what looks like a credential',
        ),
    })
    .refine(saysWhichPods, WHICH_PODS),
);

export type Config = z.output<typeof config>;

function pattern() {
  return z.strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-zA-Z0-9-]{0,62}$/, 'expected letters, digits and hyphens, such as "names-peer"')
      .refine((name) => !Object.hasOwn(values, name), 'the probe has a value of this name')
      .describe('the count, as in `total: PROBE.NAME`'),
    matches: regularExpression().describe(
      'a regular expression as in JavaScript, without references back and looks around',
    ),
    ignoreCase: z.boolean().default(false).describe('letters of ASCII in both cases'),
    forbidden: z.boolean().default(false).describe('a slot in which such a line came is bad'),
  });
}
