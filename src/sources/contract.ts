import type { z } from 'zod';
import type { QueryClient } from '../clients/query.ts';

/** A kind of baseline source: one file, one line in the registry. */
export interface SourceType<Config = unknown> {
  /** The word in the plan's `type:`. */
  type: string;
  summary: string;
  /** Keys that hold secrets carry `.meta({ secret: true })`. In `z.lazy`, so that only a plan that names the type waits for it. */
  config: z.ZodType<Config>;
  /** YAML of a whole source, for the docs; checked against the schema by a test. */
  example: string;
  /** Resolves without contacting the server. Rejects only where a file named in the config cannot be read. */
  open(config: Config): Promise<QueryClient>;
}

/** Keeps the config's type inside the plug-in while the registry sees `unknown`. */
export function defineSource<Config>(type: SourceType<Config>): SourceType {
  return type as unknown as SourceType;
}
