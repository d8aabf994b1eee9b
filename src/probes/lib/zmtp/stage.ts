import type { ZmtpFailure } from './failure.ts';
import { connectTimeout, lookupTimeout } from './socket-trouble.ts';

/** How far a connection has come. */
export type Stage = 'looking-up' | 'connecting' | 'greeting' | 'handshake' | 'open' | 'closed';

/** What it means that time ran out at a stage. */
export function timeoutFailure(stage: Stage, greetingBytes: number): ZmtpFailure {
  if (stage === 'looking-up') return lookupTimeout;
  if (stage === 'connecting') return connectTimeout;
  if (stage === 'greeting' && greetingBytes === 0)
    return { code: 'silent', reason: 'the port is open, but no ZMTP greeting came' };
  if (stage === 'greeting') return { code: 'stalled', reason: 'the peer stopped in the middle of its greeting' };
  return { code: 'stalled', reason: 'the peer sent its greeting, but did not finish the handshake' };
}

/** What it means that the peer closed the connection at a stage; `reset` when it did so the hard way. */
export function closedFailure(stage: Stage, greetingBytes: number, how: 'closed' | 'reset'): ZmtpFailure {
  const deed = how === 'reset' ? 'reset' : 'closed';
  if (stage === 'greeting' && greetingBytes === 0)
    return { code: 'closed', reason: `the peer accepted the connection and ${deed} it without a word` };
  if (stage === 'greeting')
    return { code: 'closed', reason: `the peer ${deed} the connection in the middle of its greeting` };
  if (stage === 'handshake')
    return { code: 'closed', reason: `the peer ${deed} the connection in the middle of the handshake` };
  return { code: 'closed', reason: `the peer ${deed} the connection` };
}

/** This side ended it. */
export const stopped: ZmtpFailure = { code: 'stopped', reason: 'stopped before it was finished' };

/** The caller's own time has run out, which says as much of the peer as ours would have. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}
