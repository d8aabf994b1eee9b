/** Why a peer could not be reached, did not prove to be a healthy ZMTP peer, or went away. */
export type ZmtpFailureCode =
  | 'refused'
  | 'unreachable'
  | 'name'
  | 'connect-timeout'
  | 'silent'
  | 'stalled'
  | 'not-zmtp'
  | 'version'
  | 'mechanism'
  | 'socket-type'
  | 'closed'
  | 'peer-error'
  | 'violation'
  | 'local'
  | 'stopped';

/** Trouble as data. The reason is one line; the same trouble always gives the same text. */
export interface ZmtpFailure {
  code: ZmtpFailureCode;
  reason: string;
}

/** Carries a failure through the layers of this folder; it never leaves it. */
export class ZmtpError extends Error {
  readonly failure: ZmtpFailure;

  constructor(code: ZmtpFailureCode, reason: string) {
    super(reason);
    this.failure = { code, reason };
  }
}

/** What the peer sent breaks the protocol. */
export function violation(what: string): ZmtpError {
  return new ZmtpError('violation', `the peer breaks the ZMTP protocol: ${what}`);
}

/** Text of a peer, fit for one line of a report: printable ASCII, at most 80 characters. */
export function quotePeerText(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${printable.length > 80 ? `${printable.slice(0, 77)}...` : printable}"`;
}
