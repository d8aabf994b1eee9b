import type { SourceType } from './contract.ts';
import { prometheusSource } from './prometheus.ts';

/** Every kind of baseline source, by the word in the plan's `type:`. */
export const sourceTypes: ReadonlyMap<string, SourceType> = new Map(
  [prometheusSource].map((type) => [type.type, type]),
);
