import * as z from 'zod';
import { name } from './words.ts';

export const API_VERSION = 'steadfast/v1';

const labels = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a label name: letters, digits and underscores'),
    z.string().max(200),
  )
  .describe('Labels of every metric and alert of this plan.');

/** The outside of a document. `spec` is read piece by piece, so that one mistake hides no other. */
export const envelope = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Plan'),
  metadata: z.strictObject({ name: name('the plan'), labels: labels.optional() }),
  spec: z.record(z.string(), z.unknown()),
});

/** The keys of `spec`. */
export const specKeys = z.strictObject({
  seed: z.unknown().optional(),
  phases: z.unknown().optional(),
  limits: z.unknown().optional(),
  sources: z.array(z.unknown()).optional(),
  vantages: z.array(z.unknown()).optional(),
  probes: z.array(z.unknown()).optional(),
  baselines: z.array(z.unknown()).optional(),
  experiments: z.array(z.unknown()).optional(),
  objectives: z.array(z.unknown()).optional(),
  exporters: z.array(z.unknown()).optional(),
});

export type ListKey = Exclude<keyof z.infer<typeof specKeys>, 'seed' | 'phases' | 'limits'>;

export const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .describe('Decides jitter, sampling and resampling; repeated in the report. Default: from the name of the plan.');
