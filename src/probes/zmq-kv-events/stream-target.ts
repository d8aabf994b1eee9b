import { type Address, addressOf } from '../lib/zmtp/endpoint.ts';
import type { KvEventsConfig } from './config.ts';

/** Where one rank publishes. */
export interface StreamTarget {
  events: Address;
  replay?: Address;
  /** Absent where the engine has only one. */
  rank?: number;
}

/** Each data-parallel rank publishes, and replays, at the configured port plus its number. */
export function targetsOf({ events, replay, ranks }: KvEventsConfig): StreamTarget[] {
  return Array.from({ length: ranks }, (_, rank) => ({
    events: ofRank(addressOf(events), rank),
    ...(replay !== undefined && { replay: ofRank(addressOf(replay), rank) }),
    ...(ranks > 1 && { rank }),
  }));
}

function ofRank({ host, port }: Address, rank: number): Address {
  return { host, port: port + rank };
}
