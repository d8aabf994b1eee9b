import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';

/** How far a consumer group is behind. It says good wherever the lag is known: how much is too much is the plan's to say. */
export const kafkaLagProbe = defineProbe<Config>({
  type: 'kafka-lag',
  summary: 'Reads how far the committed offsets of a consumer group are behind the ends of its topics.',
  config,
  values: {
    records: {
      unit: '1',
      kind: 'level',
      help: 'records that are written and not committed, over all partitions',
      needsTraffic: 'endOffsetAdvance',
    },
    maxPartitionRecords: {
      unit: '1',
      kind: 'level',
      help: 'the same for the partition that is furthest behind',
      needsTraffic: 'endOffsetAdvance',
    },
    seconds: {
      unit: 's',
      kind: 'level',
      help: 'age of the oldest record that is not committed, to within the interval; 0 when there is none; absent when it was written before the probe began',
      needsTraffic: 'endOffsetAdvance',
    },
    endOffsetAdvance: {
      unit: '1',
      kind: 'count',
      help: 'records written: the traffic without which a lag of 0 says nothing',
    },
    committedAdvance: { unit: '1', kind: 'count', help: 'records committed' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 3000 },
  onTimeout: 'unknown',
  timeoutMeaning:
    'Without an answer from the brokers nobody knows the lag; that the brokers are slow is not the consumers’ fault.',
  example: `name: goal-lag
type: kafka-lag
interval: 1s
config:
  brokers: ["kafka:9092"]
  group: bytebot-consumers
  topics: [bytebot.goal.events]
`,
  async open(config, context) {
    const [{ Admin }, { clientOptions }, { Link }, { KafkaLagSession }] = await Promise.all([
      import('@platformatic/kafka'),
      import('../lib/kafka/client-options.ts'),
      import('../lib/kafka/link.ts'),
      import('./session.ts'),
    ]);
    const options = await clientOptions(config, context.timeoutMs);
    return new KafkaLagSession(config, context, new Link(() => new Admin(options)));
  },
});
