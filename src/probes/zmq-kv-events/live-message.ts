/** A live message: its place in the sequence and the batch itself, a view. */
export interface Numbered {
  seq: bigint;
  payload: Buffer;
}

const SEQ_BYTES = 8;

/** A publisher never comes this far; replays use it to say that they have ended. */
export const END_OF_REPLAY = 0xffff_ffff_ffff_ffffn;

/** Reads `[topic][sequence][payload]`; a text says what is wrong. */
export function readLiveMessage(frames: Buffer[]): Numbered | string {
  const [, seq, payload] = frames;
  if (frames.length !== 3 || !seq || !payload) return 'a message does not have three frames';
  if (seq.length !== SEQ_BYTES) return 'a sequence number does not have eight bytes';
  const position = seq.readBigUInt64BE();
  return position === END_OF_REPLAY ? 'a sequence number is out of range' : { seq: position, payload };
}
