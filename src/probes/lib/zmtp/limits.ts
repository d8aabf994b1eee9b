/** Caps on everything a peer decides. What lies beyond ends the connection with a reason. */
export const limits = {
  frameBytes: 16 * 1024 * 1024,
  messageBytes: 32 * 1024 * 1024,
  framesPerMessage: 64,
  /** A command of the handshake; READY of libzmq has about 40 bytes. */
  handshakeFrameBytes: 8 * 1024,
  metadataProperties: 64,
  /** What a PONG repeats of its PING; ZMTP 3.1 allows no more. */
  pingContextBytes: 16,
  /** Answers that the peer makes us send and does not read. */
  unsentBytes: 256 * 1024,
} as const;
