import * as z from 'zod';
import { duration, hostAndPort } from '../../clients/config-schema.ts';
import { tlsConfig } from '../../clients/tls-config.ts';

const json: z.ZodType<unknown> = z.json();

export const config = z.lazy(() =>
  z
    .strictObject({
      address: hostAndPort().describe('the frontend'),
      namespace: z.string().min(1).default('default').describe('the Temporal namespace of the workers'),
      taskQueue: z.string().min(1).describe('the queue that the workers poll'),
      workflowType: z
        .string()
        .min(1)
        .describe('what each canary runs, best one that touches nothing; or what is watched'),
      watch: watch().optional(),
      args: z.array(json).max(20).default([]).describe('$ID inside a text becomes the id of the canary'),
      nudge: nudge().describe('sent to each canary once it runs, where the workflow waits for it').optional(),
      idPrefix: z
        .string()
        .regex(/^[\w.:-]{1,100}$/)
        .default('steadfast-')
        .describe('how the ids of canaries begin; these are never watched'),
      executionTimeout: duration()
        .default(300_000)
        .describe('after that the server ends a canary that nobody waits for'),
      expect: z
        .record(z.string().min(1), scalar())
        .default({})
        .describe('what the result must hold, by dotted path: {status: COMPLETED}'),
      tls: tlsConfig().optional(),
      apiKeyFile: z.string().min(1).describe('read again for each call').optional(),
    })
    .refine(({ watch, args, nudge }) => watch === undefined || (args.length === 0 && nudge === undefined), {
      error: '"args" and "nudge" are for canaries, and with "watch" there are none',
    }),
);

export type Config = z.output<typeof config>;

function watch() {
  return z
    .strictObject({
      query: z
        .string()
        .min(1)
        .max(2000)
        .describe("narrows down what is watched, in the server's language of visibility")
        .optional(),
    })
    .describe(
      '`{}` starts nothing, and follows the workflows of this type that your application starts, each to its end',
    );
}

function nudge() {
  return z.strictObject({
    kind: z.enum(['update', 'signal']).describe('what the workflow waits for'),
    name: z.string().min(1).describe('of the update or signal'),
    args: z.array(json).max(20).default([]).describe('of the update or signal'),
  });
}

function scalar() {
  return z.union([z.string(), z.number(), z.boolean(), z.null()]);
}

/** The plan's arguments with `$ID` filled in. */
export function argumentsFor(args: unknown[], id: string): unknown[] {
  return args.map((arg) => fillIn(arg, id));
}

function fillIn(value: unknown, id: string): unknown {
  if (typeof value === 'string') return value.replaceAll('$ID', id);
  if (Array.isArray(value)) return value.map((item) => fillIn(item, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, id)]));
}
