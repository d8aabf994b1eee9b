import * as z from 'zod';
import { connectionKeys, topicNames } from '../lib/kafka/connection-config.ts';
import { FIELD_PATTERN } from './field.ts';

const MOST_TYPES = 50;

export const config = z.lazy(() =>
  z
    .strictObject({
      ...connectionKeys(),
      topics: topicNames()
        .describe('read from their ends at the start; no group is joined, nothing is committed')
        .optional(),
      isolation: z
        .enum(['committed', 'uncommitted'])
        .default('committed')
        .describe('committed leaves out what a transaction took back, and waits for open ones'),
      eventType: field().describe('where the type of an event stands, such as value.eventType').optional(),
      key: field().default('key').describe('order is judged within one key'),
      identity: fields()
        .describe('equal fields make a duplicate; best natural keys, since a repeated event may have a new id')
        .optional(),
      order: order().optional(),
      complete: complete().optional(),
      remember: z
        .number()
        .int()
        .min(1000)
        .max(2_000_000)
        .default(200_000)
        .describe(
          'how many keys, identities and works are kept in mind, each; beyond that counts are no longer exact, and it is said',
        ),
      canary: canary().describe('records of our own that are written and read back').optional(),
    })
    .superRefine(checkTogether),
);

export type Config = z.output<typeof config>;

function field() {
  return z.string().regex(FIELD_PATTERN, 'expected key, timestamp, header.NAME or value.PATH');
}

function fields() {
  return z.array(field()).min(1).max(10);
}

function types() {
  return z.array(z.string().min(1).max(200)).min(1).max(MOST_TYPES);
}

function order() {
  return z
    .strictObject({
      by: field().describe('a number, a time or a text of digits that never falls within a key').optional(),
      types: z
        .array(z.union([z.string().min(1).max(200), types()]))
        .min(2)
        .max(MOST_TYPES)
        .describe('types in the order in which a key may show them; a list stands for one place; others are ignored')
        .optional(),
    })
    .refine((order) => (order.by === undefined) !== (order.types === undefined), 'expected either by or types');
}

function complete() {
  return z.strictObject({
    identity: fields().describe('what makes one piece of work, such as value.goalRunId'),
    begins: types().describe('types of events with which it begins'),
    ends: types().describe('types of events with which it ends'),
  });
}

function canary() {
  return z.strictObject({
    topic: z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'not a name of a Kafka topic')
      .describe('must exist and be for this alone: one record is written to it in each slot'),
  });
}

interface Parts {
  topics?: string[] | undefined;
  canary?: { topic: string } | undefined;
  eventType?: string | undefined;
  identity?: string[] | undefined;
  order?: { types?: (string | string[])[] | undefined } | undefined;
  complete?: { begins: string[]; ends: string[] } | undefined;
}

function checkTogether(config: Parts, context: z.RefinementCtx): void {
  const { topics, canary, eventType, order, complete, identity } = config;
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (!topics && !canary) refuse([], 'expected topics, a canary or both');
  if (!topics && (order || complete || identity)) refuse([], 'identity, order and complete speak of topics: name some');
  if (canary && topics?.includes(canary.topic)) refuse(['canary', 'topic'], 'the canaries need a topic of their own');
  if (eventType === undefined && (order?.types || complete)) refuse([], 'say by eventType where the type stands');
  const both = complete?.begins.find((type) => complete.ends.includes(type));
  if (both !== undefined) refuse(['complete', 'ends'], `${both} cannot both begin and end`);
  const placed = order?.types?.flat() ?? [];
  if (new Set(placed).size < placed.length) refuse(['order', 'types'], 'a type stands twice');
}
