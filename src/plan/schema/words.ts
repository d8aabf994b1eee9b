import * as z from 'zod';
import { duration } from '../../clients/config-schema.ts';
import { formatDuration } from '../../slo/model/quantity.ts';

/** A name in a plan: it becomes a metric label and part of file and object names. */
export function name(what: string): z.ZodType<string, string> {
  return z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens, such as "engine-port"')
    .describe(`What ${what} is called: a name of its own.`);
}

/** The name of something that stands elsewhere in the plan. */
export function reference(what: string): z.ZodType<string, string> {
  return z.string().min(1).describe(`The name of ${what} in this plan.`);
}

/** A duration between two bounds, both included. */
export function durationBetween(minMs: number, maxMs: number): z.ZodType<number, string | number> {
  const allowed = `expected between ${formatDuration(minMs)} and ${formatDuration(maxMs)}`;
  return duration().refine((ms) => ms >= minMs && ms <= maxMs, { error: allowed });
}

/** One word of PromQL is enough; whether it is sound only the source can say. */
export const promQl = z.lazy(() => z.string().trim().min(1).max(10_000).describe('A PromQL expression.'));

/** What a plug-in reads; its own schema says more. */
export const anyConfig = z.unknown().optional().describe('What the type reads.');

export const phase = z
  .enum(['steady', 'fault', 'recovery', 'impact', 'run'])
  .describe(
    'steady: before the fault. fault: while it holds. recovery: after it. impact: from its request to the end. run: all.',
  );

export const stat = z.lazy(() =>
  z
    .union([
      z.enum(['median', 'mean', 'max', 'min', 'last', 'first']),
      z.strictObject({ quantile: z.number().gt(0).max(1).describe('Above 0, at most 1.') }),
    ])
    .describe('How many points become one number.'),
);

/** A number, a percentage, a duration or a size; its unit must fit what it is compared with. */
export const quantity = z
  .union([z.string(), z.number()])
  .describe('A quantity with its unit: 99.9%, 30s, 10MB, or a plain number.');

export const SECOND_MS = 1000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
