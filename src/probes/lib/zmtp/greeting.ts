import { ZmtpError } from './failure.ts';

const GREETING_BYTES = 64;
const MECHANISM_AT = 12;
const MECHANISM_BYTES = 20;

/** What a peer says of itself before anything else. */
export interface Greeting {
  minor: number;
  mechanism: string;
}

/** A whole greeting, and what came behind it. */
export interface WholeGreeting {
  greeting: Greeting;
  rest: Buffer;
}

/** Our greeting: ZMTP 3.1, the client's side of the mechanism. The first part is enough to make a peer send all of its own. */
export function encodeGreeting(mechanism: string): [signatureAndVersion: Buffer, rest: Buffer] {
  const bytes = Buffer.alloc(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes[11] = 1;
  bytes.write(mechanism, MECHANISM_AT, 'ascii');
  return [bytes.subarray(0, MECHANISM_AT), bytes.subarray(MECHANISM_AT)];
}

/** Collects the peer's greeting from pieces of any size, and refuses it at the first byte that shows something else. */
export class GreetingReader {
  readonly #bytes = Buffer.alloc(GREETING_BYTES);
  #filled = 0;

  /** How much of the greeting has come. */
  get received(): number {
    return this.#filled;
  }

  /** Takes a piece; gives the greeting and what follows it once it is whole. */
  feed(chunk: Buffer): WholeGreeting | undefined {
    const taken = Math.min(GREETING_BYTES - this.#filled, chunk.length);
    chunk.copy(this.#bytes, this.#filled, 0, taken);
    this.#filled += taken;
    this.#refuseForeign(chunk);
    if (this.#filled < GREETING_BYTES) return undefined;
    return { greeting: { minor: this.#bytes[11]!, mechanism: this.#mechanism() }, rest: chunk.subarray(taken) };
  }

  #refuseForeign(chunk: Buffer): void {
    const seen = this.#bytes.subarray(0, this.#filled);
    if (seen.length > 0 && seen[0] !== 0xff) refuseUnsigned(seen, chunk);
    if (seen.length > 9 && (seen[9]! & 1) === 0) throw notZmtp();
    if (seen.length > 10 && seen[10]! < 3) throw tooOld(seen[10] === 0 ? '1.x' : '2.x');
    if (seen.length > MECHANISM_AT && !/^[A-Z0-9._+-]+\0*$/.test(this.#mechanismSoFar())) throw notZmtp();
  }

  #mechanismSoFar(): string {
    return this.#bytes.toString('latin1', MECHANISM_AT, Math.min(this.#filled, MECHANISM_AT + MECHANISM_BYTES));
  }

  #mechanism(): string {
    return this.#mechanismSoFar().replace(/\0+$/, '');
  }
}

/** A ZMTP 1.0 peer without an identity begins with the empty frame 01 00; nothing else is known to. */
function refuseUnsigned(seen: Buffer, chunk: Buffer): void {
  if (seen[0] === 0x01 && seen.length === 1) return;
  if (seen[0] === 0x01 && seen[1] === 0x00) throw tooOld('1.x');
  throw notZmtp(protocolOf(seen.length >= 5 ? seen : chunk));
}

function tooOld(version: string): ZmtpError {
  return new ZmtpError('version', `the peer speaks ZMTP ${version}; 3.0 or newer is needed`);
}

function notZmtp(protocol?: string): ZmtpError {
  return new ZmtpError(
    'not-zmtp',
    protocol ? `not ZMTP: the peer speaks ${protocol}` : 'not ZMTP: the peer sends something else',
  );
}

function protocolOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 5);
  if (start === 'HTTP/') return 'HTTP';
  if (start.startsWith('SSH-')) return 'SSH';
  if (start.startsWith('\x15\x03') || start.startsWith('\x16\x03')) return 'TLS';
  return undefined;
}

const SUPPORTED = new Set(['NULL', 'PLAIN']);

/** Compares the mechanism that both sides announced: they must be the same. */
export function requireMechanism({ mechanism }: Greeting, ours: string): void {
  if (mechanism === ours) return;
  const wanted = `the peer wants the security mechanism ${mechanism}`;
  if (SUPPORTED.has(mechanism)) throw new ZmtpError('mechanism', `${wanted}, the plan says ${ours}`);
  throw new ZmtpError('mechanism', `${wanted}, which is not supported: only ${[...SUPPORTED].join(' and ')} are`);
}
