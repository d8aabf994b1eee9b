import * as z from 'zod';
import { percentage } from '../../clients/config-schema.ts';
import { podsConfig, saysWhichPods, WHICH_PODS } from '../lib/pods/config.ts';

export const config = z.lazy(() =>
  z
    .strictObject({
      ...podsConfig(),
      atLeast: z
        .union([z.number().int().min(1).max(10_000), share()])
        .describe('how many pods must be ready: a number, or with `workload` a part of what it wants; default 100%')
        .optional(),
    })
    .refine(saysWhichPods, WHICH_PODS)
    .refine(({ workload, atLeast }) => workload !== undefined || typeof atLeast === 'number', {
      message: 'with `selector` nobody says how many pods are wanted: write a number',
      path: ['atLeast'],
    }),
);

export type Config = z.output<typeof config>;

/** Kept apart from a number of pods: 100% is not one pod. */
function share() {
  return percentage().transform((ratio, context) => {
    if (ratio > 0 && ratio <= 1) return { share: ratio };
    context.addIssue({ code: 'custom', message: 'expected more than 0% and at most 100%' });
    return z.NEVER;
  });
}
