/** All socket types that ZMTP peers may announce; text outside this list is never repeated. */
const KNOWN_TYPES = new Set(
  'PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM SERVER CLIENT RADIO DISH GATHER SCATTER PEER CHANNEL'.split(
    ' ',
  ),
);

/** What a peer's type is called in a reason. */
export function nameSocketType(announced: string | undefined): string {
  if (announced === undefined) return 'no socket type';
  return KNOWN_TYPES.has(announced) ? announced : 'an unknown socket type';
}
