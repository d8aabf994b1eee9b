import * as z from 'zod';
import { duration, httpUrl } from '../../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../../clients/http-access.ts';

const TEMPLATE = /^https?:\/\/[^\s@]*\{target\}[^\s@]*$/;

export const config = z.lazy(() =>
  z
    .strictObject({
      gateway: httpUrl().describe('where the gateway takes requests, without the path'),
      model: z.string().min(1).max(256).describe('the model that is asked for').optional(),
      api: z.enum(['completions', 'chat']).default('completions').describe('which of the two endpoints is asked'),
      targetHeader: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of an HTTP header')
        .default('target-pod')
        .describe('header of an answer that names the engine'),
      engineUrl: z
        .string()
        .regex(TEMPLATE, 'expected an http or https URL with {target} in it, without credentials')
        .default('http://{target}')
        .describe("an engine's own address; {target} stands for what the header says"),
      engines: z
        .record(z.string().min(1).max(255), httpUrl())
        .refine((engines) => Object.keys(engines).length <= 32, 'at most 32 engines')
        .describe('addresses of engines by what the header says, where no template makes them; others are not asked')
        .optional(),
      prefixWords: z
        .number()
        .int()
        .min(32)
        .max(4096)
        .default(512)
        .describe("length of a prefix; half of it must be more than two of the gateway's and of the engines' blocks"),
      waiting: z
        .number()
        .int()
        .min(1)
        .max(200)
        .default(12)
        .describe('prefixes that wait for their repeat, each for about this many intervals'),
      settle: duration()
        .prefault('1s')
        .describe('the least time from planting to repeating, in which events reach the gateway'),
      ...httpAccess(),
      engineAccess: z
        .strictObject(httpAccess())
        .refine(certificateWithKey, CERTIFICATE_WITH_KEY)
        .describe("the same keys, for the engines: the gateway's are never sent to them")
        .optional(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

export type Config = z.output<typeof config>;
