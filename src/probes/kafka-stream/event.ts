import type { Config } from './config.ts';
import { Fields, type StreamRecord, Unreadable } from './field.ts';

/** What the checks look at. */
export interface StreamEvent {
  topic: string;
  partition: number;
  key: string;
  /** What must not fall within the key; absent where the record has no place in the order. */
  rank?: number | bigint;
  /** Equal for duplicates. */
  identity?: string;
  /** A piece of work that begins or ends with this event. */
  work?: { id: string; key: string[]; step: 'begin' | 'end' };
}

type Rules = Pick<Config, 'eventType' | 'key' | 'identity' | 'order' | 'complete'>;

/** Turns a record into an event; a text says why it cannot be read. Absent for tombstones, which say nothing but that a key is gone. */
export function readEvent(record: StreamRecord, rules: Rules): StreamEvent | string | undefined {
  if (record.value === null) return undefined;
  try {
    return eventOf(new Fields(record), rules);
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

function eventOf(fields: Fields, { eventType, key, identity, order, complete }: Rules): StreamEvent {
  const { topic, partition } = fields.record;
  const type = eventType === undefined ? undefined : String(fields.needed(eventType));
  const rank = rankOf(fields, type, order);
  const work = workOf(fields, type, complete);
  return {
    topic,
    partition,
    key: order ? String(fields.needed(key)) : '',
    ...(rank !== undefined && { rank }),
    ...(identity && { identity: `${topic} ${fields.identity(identity)}` }),
    ...(work && { work }),
  };
}

function rankOf(fields: Fields, type: string | undefined, order: Rules['order']): number | bigint | undefined {
  if (order?.by !== undefined) return toRank(fields.needed(order.by), order.by);
  const place = order?.types?.findIndex((each) => (typeof each === 'string' ? each === type : each.includes(type!)));
  return place === undefined || place < 0 ? undefined : place;
}

function toRank(value: string | number | boolean, field: string): number | bigint {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Unreadable(`${field} is beyond 2^53, which only a text of digits can say exactly`);
    return value;
  }
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new Unreadable(`${field} is no number and no time`);
  return time;
}

function workOf(fields: Fields, type: string | undefined, complete: Rules['complete']): StreamEvent['work'] {
  if (!complete || type === undefined) return undefined;
  const step = complete.begins.includes(type) ? 'begin' : complete.ends.includes(type) ? 'end' : undefined;
  if (!step) return undefined;
  const key = complete.identity.map((field) => String(fields.needed(field)));
  return { id: fields.identity(complete.identity), key, step };
}
