import type { VantageReader } from '../vantages/contract.ts';

/** A vantage besides the runner, ready to be read. */
export interface OpenVantage {
  name: string;
  reader: VantageReader;
}
