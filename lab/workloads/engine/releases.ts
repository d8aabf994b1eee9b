import type { BatchFormat } from './kv-events.ts';

/** Ways of talking that changed from release to release of the real engine. */
export interface WireRules {
  events: BatchFormat['events'];
  /** Whether a replayed batch carries its topic in a frame of its own. */
  replayCarriesTopic: boolean;
  /** How many replayed messages may wait for a slow reader before the socket silently drops; in buffer sizes if relative. */
  replayHighWaterMark: { messages: number } | { buffers: number };
}

export const releases = {
  '0.23': { events: 'array', replayCarriesTopic: false, replayHighWaterMark: { messages: 1000 } },
  '0.24': { events: 'map', replayCarriesTopic: false, replayHighWaterMark: { messages: 1000 } },
  '0.26': { events: 'map', replayCarriesTopic: true, replayHighWaterMark: { messages: 1000 } },
  '0.33': { events: 'map', replayCarriesTopic: true, replayHighWaterMark: { buffers: 2 } },
} as const satisfies Record<string, WireRules>;

export type Release = keyof typeof releases;
export const releaseNames = Object.keys(releases) as [Release, ...Release[]];

/** What a replay sends for one batch, after the reader's identity. */
export function replayFrames(
  rules: WireRules,
  topic: string,
  sequence: Buffer,
  payload: Uint8Array,
): (string | Uint8Array)[] {
  return rules.replayCarriesTopic ? ['', topic, sequence, payload] : ['', sequence, payload];
}

export function replayEndFrames(rules: WireRules): (string | Uint8Array)[] {
  return replayFrames(rules, '', Buffer.alloc(8, 0xff), Buffer.alloc(0));
}

/** The start sequence that a request asks for; undefined for what the real engine leaves unanswered. */
export function requestedStart(frames: readonly Uint8Array[]): bigint | undefined {
  const [, delimiter, start] = frames;
  if (frames.length !== 3 || delimiter?.length !== 0 || start?.length !== 8) return undefined;
  return Buffer.from(start).readBigUInt64BE();
}
