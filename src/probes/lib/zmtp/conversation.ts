import { decodeCommand, encodeCommand } from './command.ts';
import { violation, ZmtpError } from './failure.ts';
import { encodeMessage, type Frame, FrameParser } from './frame.ts';
import { encodeGreeting, GreetingReader, requireMechanism, type WholeGreeting } from './greeting.ts';
import { clientHandshake, type Handshake, type Security } from './handshake.ts';
import { limits } from './limits.ts';
import { MessageAssembler } from './message.ts';
import { nameSocketType } from './socket-type.ts';

export interface ConversationOptions {
  /** What we announce ourselves as. */
  socketType: 'SUB' | 'DEALER' | 'REQ' | 'PUB' | 'PUSH';
  /** What the peer may announce; absent: anything. */
  peers?: readonly string[];
  security: Security;
}

/** What a conversation brings forth, in the order in which it happens. */
export interface ConversationEvents {
  /** Bytes for the peer. */
  write(bytes: Buffer): void;
  /** The peer's greeting is whole. */
  greeted(): void;
  /** The handshake is done. */
  ready(): void;
  /** A whole message. Its frames may be views: copy what is kept. */
  message(frames: Buffer[]): void;
}

/** ZMTP as one side speaks it, over bytes that somebody else carries. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #events: ConversationEvents;
  readonly #greeting = new GreetingReader();
  readonly #handshake: Handshake;
  readonly #frames = new FrameParser(limits.handshakeFrameBytes);
  readonly #messages = new MessageAssembler();
  #stage: 'greeting' | 'handshake' | 'open' | 'ended' = 'greeting';
  #courteous = true;
  #heldBack: Buffer | undefined;
  #minor = 0;
  #peerType: string | undefined;

  constructor(options: ConversationOptions, events: ConversationEvents) {
    this.#options = options;
    this.#events = events;
    this.#handshake = clientHandshake(options.security, options.socketType);
  }

  /** How far it has come. */
  get stage(): 'greeting' | 'handshake' | 'open' | 'ended' {
    return this.#stage;
  }

  /** How many bytes of the peer's greeting have come. */
  get greetingBytes(): number {
    return this.#greeting.received;
  }

  /** What the peer has announced itself as. */
  get peerType(): string | undefined {
    return this.#peerType;
  }

  /** Opens it from our side. */
  begin(): void {
    const [start, rest] = encodeGreeting(this.#options.security.mechanism);
    this.#events.write(start);
    this.#holdBack(rest);
  }

  /** Sends what was held back for the peer to speak first: it seems to wait for us. */
  speakUp(): void {
    this.#courteous = false;
    this.#sendHeldBack();
  }

  /** Takes bytes of the peer. Throws a `ZmtpError` where it refuses us or breaks the protocol. */
  receive(chunk: Buffer): void {
    if (this.#stage === 'greeting') this.#receiveGreeting(chunk);
    else this.#receiveFrames(chunk);
  }

  /** Sends a message. */
  send(frames: readonly Buffer[]): void {
    this.#events.write(encodeMessage(frames));
  }

  /** Asks for all messages whose first frame begins with the topic: a command since ZMTP 3.1, a message before. */
  subscribe(topic: Buffer): void {
    if (this.#minor >= 1) this.#events.write(encodeCommand('SUBSCRIBE', topic));
    else this.send([Buffer.concat([Buffer.from([1]), topic])]);
  }

  /** Nothing comes forth any more, even of what has been received. */
  end(): void {
    this.#stage = 'ended';
  }

  #holdBack(bytes: Buffer): void {
    if (this.#courteous) this.#heldBack = bytes;
    else this.#events.write(bytes);
  }

  #sendHeldBack(): void {
    const bytes = this.#heldBack;
    this.#heldBack = undefined;
    if (bytes) this.#events.write(bytes);
  }

  #receiveGreeting(chunk: Buffer): void {
    const whole = this.#greeting.feed(chunk);
    if (!whole) return;
    this.#greeted(whole);
    this.#receiveFrames(whole.rest);
  }

  #greeted({ greeting }: WholeGreeting): void {
    requireMechanism(greeting, this.#options.security.mechanism);
    this.#minor = greeting.minor;
    this.#stage = 'handshake';
    this.#events.greeted();
    this.#sendHeldBack();
    if (this.#handshake.canWait) this.#holdBack(this.#handshake.begin);
    else this.#events.write(this.#handshake.begin);
  }

  #receiveFrames(chunk: Buffer): void {
    this.#frames.feed(chunk);
    for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) {
      if (this.#stage === 'handshake') this.#shakeHands(frame);
      else if (frame.command) this.#obey(frame);
      else this.#deliver(frame);
    }
  }

  #nextFrame(): Frame | undefined {
    return this.#stage === 'ended' ? undefined : this.#frames.next();
  }

  #shakeHands(frame: Frame): void {
    if (!frame.command) throw violation('a message before the end of the handshake');
    const step = this.#handshake.take(decodeCommand(frame.body));
    if ('send' in step) this.#events.write(step.send);
    else this.#ready(step.properties);
  }

  #ready(properties: Map<string, string>): void {
    this.#peerType = nameSocketType(properties.get('socket-type'));
    const { peers } = this.#options;
    if (peers && !peers.includes(this.#peerType))
      throw new ZmtpError(
        'socket-type',
        `wrong socket type: the peer is ${this.#peerType}, expected ${peers.join(' or ')}`,
      );
    this.#sendHeldBack();
    this.#stage = 'open';
    this.#frames.allow(limits.frameBytes);
    this.#events.ready();
  }

  #obey(frame: Frame): void {
    const command = decodeCommand(frame.body);
    if (command.name === 'ERROR') throw new ZmtpError('peer-error', 'the peer ended the connection with an error');
    if (command.name !== 'PING') return;
    if (command.body.length < 2) throw violation('a PING without its time to live');
    this.#events.write(encodeCommand('PONG', command.body.subarray(2, 2 + limits.pingContextBytes)));
  }

  #deliver(frame: Frame): void {
    const message = this.#messages.add(frame);
    if (message) this.#events.message(message);
  }
}
