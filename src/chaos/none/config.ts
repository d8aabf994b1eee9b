import * as z from 'zod';
import { duration, httpUrl } from '../../clients/config-schema.ts';

export const noneConfig = z.lazy(() =>
  fields().superRefine((config, context) => {
    const tellers = [config.file, config.url, config.keys].filter((teller) => teller !== undefined);
    if (tellers.length !== 1)
      context.addIssue({
        code: 'custom',
        message: 'expected exactly one of `file`, `url` and `keys`: who tells the phases',
      });
    if (config.keys && config.every !== undefined)
      context.addIssue({ code: 'custom', path: ['every'], message: 'means nothing with `keys`' });
  }),
);

export type NoneConfig = z.infer<typeof noneConfig>;

function fields() {
  return z.strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Grows by a line `injected` and later a line `recovered`, each with an RFC 3339 time behind it if that is known',
      ),
    url: httpUrl()
      .optional()
      .describe('Answers `{"state": "steady" | "injected" | "recovered", "since": RFC 3339 time if that is known}`'),
    keys: z.literal(true).optional().describe('A person presses Enter with the deed, and again when undoing it'),
    every: duration().optional().describe('How often to look at the file or the URL; default 200ms and 500ms'),
  });
}
