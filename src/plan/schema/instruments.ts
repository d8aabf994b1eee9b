import * as z from 'zod';
import { anyConfig, DAY_MS, durationBetween, HOUR_MS, name, promQl, reference, stat } from './words.ts';

const type = z.string().min(1).describe('Which kind.');

export const source = z.strictObject({ name: name('the source'), type, config: anyConfig });

export const vantage = z.strictObject({ name: name('the vantage'), type, config: anyConfig });

export const probe = z.strictObject({
  name: name('the probe'),
  type,
  at: reference('a vantage, or runner').optional(),
  interval: durationBetween(10, HOUR_MS)
    .optional()
    .describe('How often a slot falls due. Default: what suits the type.'),
  timeout: durationBetween(1, HOUR_MS).optional().describe('When a slot is given up. Default: what suits the type.'),
  config: anyConfig,
});

export const baseline = z.lazy(() =>
  z.strictObject({
    name: name('the baseline'),
    source: reference('a source'),
    query: promQl,
    window: z
      .strictObject({ last: durationBetween(1000, 400 * DAY_MS).describe('How long before the run it begins.') })
      .optional()
      .describe('A range query over the time before the run.'),
    instant: z.literal(true).optional().describe('An instant query instead, just before the run.'),
    step: durationBetween(1000, DAY_MS)
      .optional()
      .describe('Distance of two points. Default: what gives some hundred points.'),
    stat: stat.optional(),
    minPoints: z
      .int()
      .min(1)
      .optional()
      .describe('Fewer points make it unusable. Default: 10, for an instant query 1.'),
  }),
);

export const exporter = z.strictObject({ type, config: anyConfig });
