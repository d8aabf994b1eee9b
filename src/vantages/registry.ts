import type { VantageType } from './contract.ts';
import { sidecarVantage } from './sidecar/vantage.ts';

/** Every kind of vantage, by the word in the plan's `type:`. */
export const vantageTypes: ReadonlyMap<string, VantageType> = new Map(
  [sidecarVantage].map((type) => [type.type, type]),
);
