import * as z from 'zod';
import { httpUrl } from '../../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../../clients/http-access.ts';
import { type CounterName, counterNames } from './series.ts';

const REQUIRED: CounterName[] = ['connections', 'eventsReceived', 'missedEvents'];

export const config = z.lazy(() =>
  z
    .strictObject({
      url: httpUrl().describe("the gateway's metrics, usually on port 8080 at /metrics"),
      require: z
        .array(z.enum(counterNames))
        .max(counterNames.length)
        .default(REQUIRED)
        .describe('values whose series must be there: while one is absent nothing is known'),
      maxPods: z.number().int().min(1).max(1000).default(50).describe('engines that are recorded one by one at most'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

export type Config = z.output<typeof config>;
