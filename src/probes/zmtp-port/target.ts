import type { AddressDemand } from './address-book.ts';
import type { PeerType } from './peer-type.ts';

/** What a config says of whom to shake hands with. */
export interface Targets {
  endpoint?: string | undefined;
  endpoints?: (string | EndpointConfig)[] | undefined;
  peer?: PeerType | undefined;
  addresses?: AddressDemand | undefined;
}

/** An endpoint that differs from the others of its probe. */
interface EndpointConfig {
  endpoint: string;
  peer?: PeerType | undefined;
  addresses?: AddressDemand | undefined;
}

/** One endpoint with all that is demanded of it. */
export interface Target {
  endpoint: string;
  peer: PeerType | undefined;
  /** Present: each address of the host is a part of its own. */
  addresses: AddressDemand | undefined;
}

/** All endpoints of a config, each with what the probe says of all where it says nothing of its own. */
export function targetsOf({ endpoint, endpoints, peer, addresses }: Targets): Target[] {
  return [endpoint ?? endpoints ?? []].flat().map((named) => {
    const own = typeof named === 'string' ? { endpoint: named } : named;
    return { endpoint: own.endpoint, peer: own.peer ?? peer, addresses: own.addresses ?? addresses };
  });
}
