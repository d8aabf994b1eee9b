import { Dealer } from 'zeromq';
import { sequenceFrame } from '../engine/kv-events.ts';

export interface NumberedBatch {
  sequence: number;
  payload: Uint8Array;
}

export interface ReplayRequest {
  address: string;
  from: number;
  /** Stops after this many messages, whether or not they are all. */
  mostMessages?: number;
  signal: AbortSignal;
  /** A message of the answer came. */
  onMessage: () => void;
}

const answerWithinMs = 5_000;
const endOfReplay = Buffer.alloc(8, 0xff);

/** Asks an engine for what it sent from a sequence number on. Rejects when it is silent for 5 s. */
export async function askForReplay({
  address,
  from,
  mostMessages = Number.POSITIVE_INFINITY,
  ...request
}: ReplayRequest) {
  const socket = new Dealer({ linger: 0, receiveTimeout: answerWithinMs, sendTimeout: answerWithinMs });
  const stop = () => socket.close();
  request.signal.addEventListener('abort', stop);
  const batches: NumberedBatch[] = [];
  try {
    socket.connect(address);
    await socket.send(['', sequenceFrame(from)]);
    for (let messages = 0; messages < mostMessages; messages++) {
      const frames = await socket.receive();
      request.onMessage();
      const [sequence, payload] = frames.slice(-2) as [Buffer, Buffer];
      if (payload.length === 0 || sequence.equals(endOfReplay)) break;
      batches.push({ sequence: numberIn(sequence), payload });
    }
  } finally {
    request.signal.removeEventListener('abort', stop);
    socket.close();
  }
  return batches;
}

export function numberIn(frame: Uint8Array): number {
  if (frame.length !== 8) throw new Error(`a sequence number of ${frame.length} bytes`);
  return Number(Buffer.from(frame).readBigUInt64BE());
}
