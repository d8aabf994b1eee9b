import type { z } from 'zod';
import type { Path } from '../diagnostic.ts';
import { validate, validateMasked } from '../validate.ts';
import { isRecord, type Work } from '../work.ts';

/** A plug-in's config, parsed by its own schema; boxed, since it may be anything. */
export interface ParsedConfig<Config> {
  config: Config;
}

/** Reads `config:` of an entry by the schema of its type. None written is an empty one. */
export function resolveConfig<Config>(
  work: Work,
  type: { config: z.ZodType<Config> },
  entry: unknown,
  path: Path,
): ParsedConfig<Config> | undefined {
  const check = work.masked ? validateMasked : validate;
  const config = check(type.config, rawConfigOf(entry), [...path, 'config'], work.problems);
  return config === undefined ? undefined : { config };
}

/** What the plan says under `config:`, before its schema. */
export function rawConfigOf(entry: unknown): unknown {
  return (isRecord(entry) ? entry['config'] : undefined) ?? {};
}
