import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';

/** How far a consumer group is behind. It says good wherever the lag is known: how much is too much is the plan's to say. */
export const kafkaLagProbe = defineProbe<Config>({
  type: 'kafka-lag',
  summary:
    'Reads how far the committed offsets of one consumer group, or of many, are behind the ends of their topics.',
  config,
  values: {
    records: {
      unit: '1',
      kind: 'level',
      help: 'records that are written and not committed, over all partitions; of a compacted topic at most so many, since deleted ones count',
      needsTraffic: 'endOffsetAdvance',
    },
    maxPartitionRecords: {
      unit: '1',
      kind: 'level',
      help: 'the same for the partition that is furthest behind',
      needsTraffic: 'endOffsetAdvance',
    },
    maxGroupRecords: {
      unit: '1',
      kind: 'level',
      help: 'the same for the group that is furthest behind; with `groups` only',
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
    committedRewind: {
      unit: '1',
      kind: 'count',
      help: 'records by which commits went back: what lies between is read again',
    },
    members: {
      unit: '1',
      kind: 'level',
      help: 'members of the group; 0 where all have left and only the commits are there; with `groups` those of the group that has fewest',
    },
    rebalances: {
      unit: '1',
      kind: 'count',
      help: 'rebalances seen, at least: of a group by the classic protocol those are not seen that end before the next look with the same members',
    },
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
    const [library, { clientOptions }, { Link }, { Requests }, { KafkaLagSession }] = await Promise.all([
      import('@platformatic/kafka'),
      import('../lib/kafka/client-options.ts'),
      import('../lib/kafka/link.ts'),
      import('./requests.ts'),
      import('./session.ts'),
    ]);
    const options = await clientOptions(config, context.timeoutMs);
    let made = 0;
    // A broker that is silent and stands first would keep us from those that answer: each client begins with another one.
    const make = () => new Requests(library, options, rotate(config.brokers, made++));
    return new KafkaLagSession(config, context, new Link(make));
  },
});

function rotate(brokers: readonly string[], by: number): string[] {
  const from = by % brokers.length;
  return [...brokers.slice(from), ...brokers.slice(0, from)];
}
