import * as z from 'zod';
import { connectionKeys, topicNames } from '../lib/kafka/connection-config.ts';

export const config = z.lazy(() => {
  const { brokers, sasl, tls } = connectionKeys();
  return z.strictObject({
    brokers,
    group: z.string().min(1).describe('whose committed offsets are read; the probe never joins it'),
    topics: topicNames().describe('whose lag is measured; each partition is a part'),
    sasl,
    tls,
  });
});

export type Config = z.output<typeof config>;
