/**
 * What we announce to each type of peer. PUSH and DEALER peers are left out: they would hand messages to the probe, which then nobody
 * else gets.
 */
export const OUR_TYPE = {
  PUB: 'SUB',
  XPUB: 'SUB',
  SUB: 'PUB',
  XSUB: 'PUB',
  ROUTER: 'DEALER',
  REP: 'REQ',
  PULL: 'PUSH',
} as const;

/** A socket type that can be expected of a peer. */
export type PeerType = keyof typeof OUR_TYPE;

export const PEER_TYPES = Object.keys(OUR_TYPE) as [PeerType, ...PeerType[]];
