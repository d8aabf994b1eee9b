import type { ZmtpFailure } from './failure.ts';

/** Errors that say that this machine, not the peer, is out of something. */
const LOCAL_CODES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/** Why no TCP connection came about. */
export function connectFailure(error: unknown): ZmtpFailure {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return { code: 'refused', reason: 'connection refused: nothing listens on the port' };
  if (code === 'ETIMEDOUT') return connectTimeout;
  if (code === 'ENOTFOUND') return { code: 'name', reason: 'the host name does not resolve' };
  if (code === 'EAI_AGAIN')
    return { code: 'name', reason: 'the host name could not be looked up: name server trouble' };
  if (code.startsWith('EAI_')) return { code: 'name', reason: `the host name could not be looked up (${code})` };
  if (LOCAL_CODES.has(code)) return { code: 'local', reason: `this machine cannot open a connection (${code})` };
  return { code: 'unreachable', reason: `the host cannot be reached (${code})` };
}

/** The look-up of the host name did not come to an end. */
export const lookupTimeout: ZmtpFailure = { code: 'name', reason: 'the host name was not looked up in time' };

/** No answer to the attempt to connect. */
export const connectTimeout: ZmtpFailure = {
  code: 'connect-timeout',
  reason: 'no TCP connection in time: connecting timed out',
};

/** Where names have several addresses, Node gives an error of several; a refusal says more than the others. */
function codeOf(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const codes = errors.map((each) => (each as NodeJS.ErrnoException).code).filter((code) => code !== undefined);
  return codes.find((code) => code === 'ECONNREFUSED') ?? codes[0] ?? 'unknown error';
}
