import { z } from 'zod';
import { defectNames } from './defects.ts';

/** Everything a gateway can be told by `POST /control`. */
export const gatewayCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('defect'), name: z.enum(defectNames), on: z.boolean() }),
  /** Completions that the gateway asks of itself, so that there is traffic. */
  z.strictObject({ command: z.literal('traffic'), perSecond: z.number().min(0).max(1_000) }),
  /** Answers this share of the requests with 503, for a while. */
  z.strictObject({ command: z.literal('refuse'), share: z.number().min(0).max(1), forMs: z.int().min(0).max(600_000) }),
  /** Closes the connections to all engines and makes new ones. */
  z.strictObject({ command: z.literal('reconnect') }),
]);

export type GatewayCommand = z.infer<typeof gatewayCommand>;
