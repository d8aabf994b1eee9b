/** A record as it came out of a partition. */
export interface StreamRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** By the producer's clock, or by the broker's where the topic says so. */
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

/** Something of a record that a plan may name: `key`, `timestamp`, `header.NAME`, `value.PATH`. */
export const FIELD_PATTERN = /^(key|timestamp|header\.\S{1,200}|value(\.[^\s.]{1,100}){1,10})$/;

const MAX_VALUE_BYTES = 1024 * 1024;
const MAX_FIELD_CHARS = 512;

/** What stands in a field. `absent` where there is no such thing in the record. */
export type FieldValue = string | number | boolean | undefined;

/** Why a record cannot be read, in words that are the same for the same trouble. */
export class Unreadable extends Error {}

/** One record's fields; its value is parsed once, and only if a field of it is asked for. */
export class Fields {
  readonly record: StreamRecord;
  #body: { parsed: unknown } | undefined;

  constructor(record: StreamRecord) {
    this.record = record;
  }

  /** Throws `Unreadable` where the record is not what the plan says it is. */
  read(field: string): FieldValue {
    const found = this.#find(field);
    if (found === null || found === undefined) return undefined;
    if (typeof found === 'object') throw new Unreadable(`${field} is no text and no number`);
    if (typeof found === 'string' && found.length > MAX_FIELD_CHARS) throw new Unreadable(`${field} is too long`);
    return found as string | number | boolean;
  }

  /** The fields as one text that is equal for equal fields only. */
  identity(fields: readonly string[]): string {
    return JSON.stringify(fields.map((field) => this.needed(field)));
  }

  needed(field: string): string | number | boolean {
    const value = this.read(field);
    if (value === undefined) throw new Unreadable(`${field} is missing`);
    return value;
  }

  #find(field: string): unknown {
    const { record } = this;
    if (field === 'key') return record.key?.toString('utf8');
    if (field === 'timestamp') return record.timestampMs;
    if (field.startsWith('header.')) return headerOf(record, field.slice('header.'.length));
    return valueAt(this.#parsedBody(), field.split('.').slice(1));
  }

  #parsedBody(): unknown {
    this.#body ??= { parsed: parseBody(this.record.value) };
    return this.#body.parsed;
  }
}

function headerOf({ headers }: StreamRecord, name: string): string | undefined {
  const found = headers.find(([key]) => key?.toString('utf8') === name);
  return found?.[1]?.toString('utf8');
}

function parseBody(value: Buffer | null): unknown {
  if (!value || value.length > MAX_VALUE_BYTES) throw new Unreadable('the value is too long');
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    throw new Unreadable('the value is no JSON');
  }
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let current = body;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
