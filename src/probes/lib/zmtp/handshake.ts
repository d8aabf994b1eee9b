import { type Command, decodeMetadata, encodeCommand, encodeMetadata, shortText } from './command.ts';
import { quotePeerText, violation, ZmtpError } from './failure.ts';

/** How a connection is secured. */
export type Security = { mechanism: 'NULL' } | { mechanism: 'PLAIN'; username: string; password: string };

/** What a command of the peer leads to: an answer, or the end of the handshake with the peer's properties. */
export type HandshakeStep = { send: Buffer } | { properties: Map<string, string> };

/** The client's side of a mechanism, without a socket. */
export interface Handshake {
  /** Our first command. */
  begin: Buffer;
  /** The peer goes on without it, so that it may be held back until the peer has said what it is. */
  canWait: boolean;
  /** Takes the peer's next command. Throws where it refuses or breaks the protocol. */
  take(command: Command): HandshakeStep;
}

/** The client's side of a handshake, announcing a socket type. */
export function clientHandshake(security: Security, socketType: string): Handshake {
  const metadata = encodeMetadata({ 'Socket-Type': socketType });
  return security.mechanism === 'PLAIN' ? plainHandshake(security, metadata) : nullHandshake(metadata);
}

function nullHandshake(metadata: Buffer): Handshake {
  return { begin: encodeCommand('READY', metadata), canWait: true, take: (command) => readyOf(command) };
}

function plainHandshake(security: { username: string; password: string }, metadata: Buffer): Handshake {
  let welcomed = false;
  return {
    begin: encodeCommand('HELLO', Buffer.concat([shortText(security.username), shortText(security.password)])),
    canWait: false,
    take(command) {
      if (welcomed || command.name === 'ERROR') return readyOf(command);
      if (command.name !== 'WELCOME') throw violation('a command other than WELCOME in the handshake');
      welcomed = true;
      return { send: encodeCommand('INITIATE', metadata) };
    },
  };
}

function readyOf(command: Command): HandshakeStep {
  if (command.name === 'ERROR') throw refusalOf(command.body);
  if (command.name !== 'READY') throw violation('a command other than READY in the handshake');
  return { properties: decodeMetadata(command.body) };
}

function refusalOf(body: Buffer): ZmtpError {
  const reason = body.toString('latin1', 1, 1 + (body[0] ?? 0));
  return new ZmtpError('peer-error', `the peer refuses the handshake${reason ? `: ${quotePeerText(reason)}` : ''}`);
}
