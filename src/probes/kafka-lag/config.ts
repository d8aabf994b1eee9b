import * as z from 'zod';
import { hostAndPort } from '../../clients/config-schema.ts';
import { tlsConfig } from '../../clients/tls-config.ts';

export const config = z.lazy(() =>
  z.strictObject({
    brokers: z.array(hostAndPort()).min(1).max(50).describe('some of the cluster; they name the others'),
    group: z.string().min(1).describe('whose committed offsets are read; the probe never joins it'),
    topics: z
      .array(z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'not a name of a Kafka topic'))
      .min(1)
      .max(50)
      .refine((topics) => new Set(topics).size === topics.length, 'a topic is named twice')
      .describe('whose lag is measured; each partition is a part'),
    sasl: sasl().describe('how the brokers let us in').optional(),
    tls: tlsConfig().optional(),
  }),
);

export type Config = z.output<typeof config>;

function sasl() {
  return z.discriminatedUnion('mechanism', [
    z.strictObject({
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).describe('as the brokers are set up'),
      username: z.string().min(1).describe('not with OAUTHBEARER'),
      passwordFile: path().describe('read again for each connection'),
    }),
    z.strictObject({
      mechanism: z.literal('OAUTHBEARER').describe('as the brokers are set up'),
      tokenFile: path().describe('read again for each connection'),
    }),
  ]);
}

function path() {
  return z.string().min(1);
}
