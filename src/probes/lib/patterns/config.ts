import * as z from 'zod';
import { PatternError } from './cursor.ts';
import { createMatcher } from './matcher.ts';

const HINT =
  'write it without references back, looks around and named groups: it is matched in one pass, however long the text';

/** A regular expression as in JavaScript, as far as `createMatcher` knows them. */
export function regularExpression() {
  return z
    .string()
    .min(1)
    .max(1000)
    .superRefine((text, context) => {
      try {
        createMatcher(text);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        context.addIssue({ code: 'custom', message: `not a pattern: ${error.message}`, params: { hint: HINT } });
      }
    });
}
