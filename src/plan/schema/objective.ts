import * as z from 'zod';
import { percentage } from '../../clients/config-schema.ts';
import { durationBetween, HOUR_MS, name, phase, promQl, quantity, reference, stat } from './words.ts';

/** The forms of an indicator by the key that tells them apart; built where a plan has them, as all that not every plan has. */
export const indicators = {
  ratio: z.lazy(() => z.strictObject({ ratio: reference('a probe'), good: good().optional() })),
  quantile: z.lazy(() =>
    z.strictObject({
      quantile: value(),
      q: z.number().gt(0).max(1).describe('Above 0, at most 1: the maximum.'),
    }),
  ),
  total: z.lazy(() => z.strictObject({ total: value() })),
  inFlight: z.lazy(() => z.strictObject({ inFlight: reference('a probe that follows what is in flight') })),
  completeness: z.lazy(() =>
    z.strictObject({
      completeness: reference('a probe that follows things to their end'),
      in: reference('a probe that reads ends'),
      key: z
        .string()
        .min(1)
        .max(500)
        .optional()
        .describe('How the first probe calls what the other knows by its fields $1, $2. Default: $1.'),
    }),
  ),
  timeToRecover: z.lazy(() => z.strictObject({ timeToRecover: reference('a probe'), ...transition() })),
  timeToImpact: z.lazy(() => z.strictObject({ timeToImpact: reference('a probe'), ...transition() })),
  query: z.lazy(() =>
    z.strictObject({
      query: promQl,
      source: reference('a source'),
      stat,
      step: durationBetween(1000, HOUR_MS).optional(),
    }),
  ),
} as const;

export type IndicatorKind = keyof typeof indicators;

/** The forms of a limit that is not a constant, by the key that tells them apart. */
export const comparisons = {
  baseline: z.lazy(() => z.strictObject({ baseline: reference('a baseline'), ...change() })),
  steady: z.lazy(() => z.strictObject({ steady: z.literal(true), ...change() })),
} as const;

const bounds = {
  atLeast: z.unknown().optional(),
  atMost: z.unknown().optional(),
};

export const expectation = z.strictObject({ phase: phase.optional(), indicator: z.unknown().optional(), ...bounds });

export const objective = z.strictObject({
  name: name('the objective'),
  phase: phase.optional(),
  indicator: z.unknown().optional(),
  ...bounds,
  severity: z
    .enum(['critical', 'warning'])
    .optional()
    .describe('critical decides the outcome, warning is only reported.'),
  experiments: z.array(reference('an experiment')).min(1).optional().describe('Default: all.'),
  tolerateMissing: percentage()
    .refine((ratio) => ratio < 1, { error: 'expected less than 100%' })
    .optional()
    .describe('Missing over due slots that is forgiven. Default 0%.'),
  atLeastSeen: z.int().min(1).optional().describe('The least traffic that makes it decidable.'),
  comparable: z.literal(true).optional().describe('You vouch that two different instruments may be compared.'),
  note: z.string().trim().min(1).max(500).optional().describe('Why this limit and no tighter one; `explain` says it.'),
});

function value() {
  return z.string().min(1).describe('PROBE.VALUE');
}

function good() {
  return z
    .record(z.string(), z.strictObject({ atMost: quantity.optional(), atLeast: quantity.optional() }))
    .describe("Decides from values what a good sample is, instead of the probe's own outcome.");
}

function transition() {
  const threshold = z.int().min(1).max(10_000).optional();
  return {
    good: good().optional(),
    successThreshold: threshold.describe('Good samples in a row that count as recovered. Default 3.'),
    failureThreshold: threshold.describe('Bad samples in a row that count as an outage. Default 1.'),
  };
}

function change() {
  return {
    times: z.number().gt(0).max(1e6).optional().describe('A factor.'),
    plus: quantity.optional().describe('An addition.'),
  };
}
