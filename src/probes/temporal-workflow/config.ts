import * as z from 'zod';
import { duration, hostAndPort } from '../../clients/config-schema.ts';

const json: z.ZodType<unknown> = z.json();

export const config = z.lazy(() =>
  z.strictObject({
    address: hostAndPort().describe('the frontend'),
    namespace: z.string().min(1).default('default'),
    taskQueue: z.string().min(1),
    workflowType: z.string().min(1),
    args: z.array(json).max(20).default([]).describe('$ID inside a text becomes the id of the canary'),
    nudge: nudge().describe('sent to each canary once it runs, where the workflow waits for it').optional(),
    idPrefix: z
      .string()
      .regex(/^[\w.:-]{1,100}$/)
      .default('steadfast-'),
    executionTimeout: duration().default(300_000).describe('after that the server ends a canary that nobody waits for'),
    expect: z
      .record(z.string().min(1), scalar())
      .default({})
      .describe('what the result must hold, by dotted path: {status: COMPLETED}'),
    tls: z.union([z.boolean(), tls()]).optional(),
    apiKeyFile: z.string().min(1).describe('read again for each call').optional(),
  }),
);

export type Config = z.output<typeof config>;

function nudge() {
  return z.strictObject({
    kind: z.enum(['update', 'signal']),
    name: z.string().min(1),
    args: z.array(json).max(20).default([]),
  });
}

function tls() {
  return z
    .strictObject({
      caFile: z.string().min(1).optional(),
      certFile: z.string().min(1).optional(),
      keyFile: z.string().min(1).optional(),
      serverName: z.string().min(1).describe('the name in the certificate, where it is not the address').optional(),
    })
    .refine(
      ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
      'certFile and keyFile belong together',
    );
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
