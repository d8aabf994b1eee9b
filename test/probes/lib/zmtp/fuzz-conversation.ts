import { Conversation } from '../../../../src/probes/lib/zmtp/conversation.ts';
import { ZmtpError } from '../../../../src/probes/lib/zmtp/failure.ts';
import type { FuzzInput } from './fuzz-source.ts';

/** Everything that came of an input. */
interface Outcome {
  stage: string;
  failure: string | undefined;
  delivered: Buffer[];
  written: Buffer[];
}

/** Our greeting, READY and what PLAIN needs, with room to spare. */
const OWN_WORDS_BYTES = 512;

/**
 * Gives the input to the real conversation, in pieces and at once. Throws where it crashes, brings forth more than has come, or where it makes
 * a difference how the bytes are cut. Says how the input ended.
 */
export function tryInput({ security, bytes, pieceBytes }: FuzzInput): string {
  const cut = converse(security, bytes, pieceBytes);
  const whole = converse(security, bytes, bytes.length);
  const [deliveredBytes, writtenBytes] = [sizeOf(cut.delivered), sizeOf(cut.written)];
  if (deliveredBytes > bytes.length) throw new Error(`${deliveredBytes} bytes came out of ${bytes.length}`);
  if (writtenBytes > OWN_WORDS_BYTES + bytes.length) throw new Error(`${writtenBytes} bytes answer ${bytes.length}`);
  if (!areSame(cut, whole)) throw new Error(`cut: ${summary(cut)}; whole: ${summary(whole)}`);
  return cut.failure ?? cut.stage;
}

function converse(security: FuzzInput['security'], bytes: Buffer, pieceBytes: number): Outcome {
  const outcome: Outcome = { stage: '', failure: undefined, delivered: [], written: [] };
  const conversation = new Conversation(
    { socketType: 'SUB', security },
    {
      write: (answer) => outcome.written.push(answer),
      greeted() {},
      ready() {},
      message: (frames) => outcome.delivered.push(...frames.map((frame) => Buffer.from(frame))),
    },
  );
  conversation.begin();
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) conversation.receive(bytes.subarray(at, at + pieceBytes));
  } catch (error) {
    if (!(error instanceof ZmtpError)) throw error;
    if (!/^[ -~]{1,200}$/.test(error.failure.reason)) throw new Error(`an unfit reason: ${error.failure.reason}`);
    outcome.failure = error.failure.code;
  }
  outcome.stage = conversation.stage;
  conversation.end();
  return outcome;
}

function sizeOf(buffers: Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

function areSame(one: Outcome, other: Outcome): boolean {
  if (one.stage !== other.stage || one.failure !== other.failure) return false;
  return [
    [one.delivered, other.delivered],
    [one.written, other.written],
  ].every(([ours, theirs]) => Buffer.concat(ours!).equals(Buffer.concat(theirs!)) && ours!.length === theirs!.length);
}

function summary({ stage, failure, delivered, written }: Outcome): string {
  return `${failure ?? stage}, ${delivered.length} frames, ${sizeOf(written)} bytes written`;
}
