import * as z from 'zod';
import { hostAndPort } from '../../clients/config-schema.ts';

export const config = z.lazy(() =>
  z.strictObject({
    brokers: z.array(hostAndPort()).min(1).max(50),
    group: z.string().min(1).describe('whose committed offsets are read; the probe never joins it'),
    topics: z
      .array(z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'not a name of a Kafka topic'))
      .min(1)
      .max(50)
      .refine((topics) => new Set(topics).size === topics.length, 'a topic is named twice'),
    sasl: sasl().optional(),
    tls: z.union([z.boolean(), tls()]).optional(),
  }),
);

export type Config = z.output<typeof config>;

function sasl() {
  return z.discriminatedUnion('mechanism', [
    z.strictObject({
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
      username: z.string().min(1),
      passwordFile: path().describe('read again for each connection'),
    }),
    z.strictObject({
      mechanism: z.literal('OAUTHBEARER'),
      tokenFile: path().describe('read again for each connection'),
    }),
  ]);
}

function tls() {
  return z
    .strictObject({
      caFile: path().optional(),
      certFile: path().optional(),
      keyFile: path().optional(),
      serverName: path().describe('the name in the certificate, where it is not the address').optional(),
    })
    .refine(
      ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
      'certFile and keyFile belong together',
    );
}

function path() {
  return z.string().min(1);
}
