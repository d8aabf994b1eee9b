import * as z from 'zod';
import { percentage } from '../../clients/config-schema.ts';
import { anyConfig, DAY_MS, durationBetween, HOUR_MS, name, promQl, reference, SECOND_MS } from './words.ts';

export const phases = z.strictObject({
  steady: durationBetween(SECOND_MS, DAY_MS).optional().describe('How long to look before the fault. Default 60s.'),
  recovery: durationBetween(SECOND_MS, DAY_MS).optional().describe('How long to look after the fault. Default 90s.'),
  settle: durationBetween(0, DAY_MS)
    .optional()
    .describe('How long to wait in the end for what is in flight. Default 0s.'),
});

export const stopCondition = z.lazy(() =>
  z.strictObject({
    query: promQl,
    source: reference('a source'),
    above: z.number().optional(),
    below: z.number().optional(),
    for: durationBetween(0, HOUR_MS).optional().describe('How long without a break, or without data. Default 10s.'),
  }),
);

export const limits = z.strictObject({
  maxFault: durationBetween(SECOND_MS, DAY_MS)
    .optional()
    .describe(
      'From the request; past it the fault is removed and the run aborted. Default: twice the longest duration and 60s; where a fault ends by itself, as long as its config shows that it may take, and 60s.',
    ),
  maxTargets: z.int().min(1).max(10_000).optional().describe('How many targets one experiment may touch. Default 1.'),
  namespaces: z.array(z.string().min(1)).optional().describe('The only namespaces where a fault may act.'),
  abortWhen: z.array(z.unknown()).optional().describe('Live stop conditions.'),
});

export const experiment = z.strictObject({
  name: name('the experiment'),
  driver: z.string().min(1).describe('What runs it.'),
  duration: durationBetween(100, DAY_MS)
    .optional()
    .describe('How long the fault is to hold, from real injection. Absent where it strikes once or ends by itself.'),
  steps: z
    .array(percentage().refine((share) => share > 0 && share <= 1, 'expected more than 0% and at most 100%'))
    .min(1)
    .max(20)
    .optional()
    .describe('Parts of the intensity, growing: one experiment for each, as long as all goes well.'),
  phases: z.unknown().optional(),
  expect: z.unknown().optional().describe('An own proof that the fault was in effect.'),
  config: anyConfig,
});
