import { z } from 'zod';
import { mishap } from './mishaps.ts';
import { releaseNames } from './releases.ts';

const durationMs = z.int().min(0).max(600_000);

/** Everything an engine can be told by `POST /control`. */
export const engineCommand = z.discriminatedUnion('command', [
  ...mishap.options,
  /** Event batches a second; 0 is an idle engine, which is silent. */
  z.strictObject({ command: z.literal('rate'), perSecond: z.number().min(0).max(10_000) }),
  /** A new process life: sockets closed, nobody there for `downMs`, then sequence numbers from 0 and an empty cache. */
  z.strictObject({ command: z.literal('restart'), downMs: durationMs.default(0) }),
  /** Nothing is sent for a while; then all that piled up, in order. */
  z.strictObject({ command: z.literal('stall'), forMs: durationMs }),
  /** The port of events is closed for a while. What is sent meanwhile is to be had by replay only. */
  z.strictObject({ command: z.literal('shut'), forMs: durationMs }),
  /** The next sequence number is lower, without a restart. */
  z.strictObject({ command: z.literal('stepBack'), by: z.int().min(1).max(1_000_000) }),
  z.strictObject({ command: z.literal('clearCache') }),
  /** That many batches come in between whose events contradict what went before, though they are well-formed. */
  z.strictObject({ command: z.literal('contradict'), batches: z.int().min(1).max(1_000) }),
  /** Talks like this release of the real engine from now on; the replay's high-water mark changes at the next restart. */
  z.strictObject({ command: z.literal('release'), release: z.enum(releaseNames) }),
  z.strictObject({ command: z.literal('latency'), ms: durationMs }),
  z.strictObject({ command: z.literal('failRequests'), share: z.number().min(0).max(1) }),
  z.strictObject({ command: z.literal('traffic'), perSecond: z.number().min(0).max(1_000) }),
]);

export type EngineCommand = z.infer<typeof engineCommand>;
