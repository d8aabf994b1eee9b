import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerOptions } from '@temporalio/worker';
import type { GoalRunInput } from './goal-run.ts';

type PayloadCodec = NonNullable<NonNullable<WorkerOptions['dataConverter']>['payloadCodecs']>[number];
type Payload = Parameters<PayloadCodec['decode']>[0][number];

/** How long each capability probe is held when a worker takes it up; may change while it runs. */
export interface ProbeHold {
  probeHoldMs: number;
}

const mode = `"mode":"${'CAPABILITY_PROBE' satisfies GoalRunInput['mode']}"`;

/** A probe runs no activity that could be slow, so it is held where the worker reads what the probe was started with. Goal runs pass at once. */
export function holdingProbes(hold: ProbeHold): PayloadCodec {
  return {
    encode: async (payloads) => payloads,
    decode: async (payloads) => {
      if (hold.probeHoldMs > 0 && payloads.some(isOfProbe)) await sleep(hold.probeHoldMs);
      return payloads;
    },
  };
}

function isOfProbe({ data }: Payload): boolean {
  return data != null && Buffer.from(data).includes(mode);
}
