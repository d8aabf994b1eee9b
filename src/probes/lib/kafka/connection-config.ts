import * as z from 'zod';
import { hostAndPort } from '../../../clients/config-schema.ts';
import { tlsConfig } from '../../../clients/tls-config.ts';

/** Keys to spread into a probe's schema: where the brokers are and how they let us in. */
export function connectionKeys() {
  return {
    brokers: z.array(hostAndPort()).min(1).max(50).describe('some of the cluster; they name the others'),
    sasl: sasl().describe('how the brokers let us in').optional(),
    tls: tlsConfig().optional(),
  };
}

/** The part of a plan's probe config that says how brokers are reached. */
export type ConnectionConfig = z.output<z.ZodObject<ReturnType<typeof connectionKeys>>>;

/** Names of topics, each once. */
export function topicNames() {
  return z
    .array(z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'not a name of a Kafka topic'))
    .min(1)
    .max(50)
    .refine((topics) => new Set(topics).size === topics.length, 'a topic is named twice');
}

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
