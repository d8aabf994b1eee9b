/** Why a connection could not be made or did not last. */
export type NetworkTroubleCode = 'refused' | 'dns' | 'unreachable' | 'timeout' | 'reset';

/** A class of trouble and one line that says it, the same for the same trouble. */
export interface NetworkTrouble {
  code: NetworkTroubleCode;
  message: string;
}

const TROUBLES: Record<string, NetworkTrouble> = {
  ECONNREFUSED: { code: 'refused', message: 'connection refused' },
  ENOTFOUND: { code: 'dns', message: 'the host name does not resolve' },
  EAI_AGAIN: { code: 'dns', message: 'the name server does not answer' },
  EHOSTUNREACH: { code: 'unreachable', message: 'the host is unreachable' },
  ENETUNREACH: { code: 'unreachable', message: 'the network is unreachable' },
  EADDRNOTAVAIL: { code: 'unreachable', message: 'no local address to connect from' },
  ETIMEDOUT: { code: 'timeout', message: 'the connection timed out' },
  EPIPE: { code: 'reset', message: 'the connection was closed before the answer' },
  ECONNRESET: { code: 'reset', message: 'the connection was closed before the answer' },
};

/** Reads an error code of Node's sockets and resolver; undefined where the code says nothing about the network. */
export function networkTrouble(code: string): NetworkTrouble | undefined {
  return TROUBLES[code];
}
