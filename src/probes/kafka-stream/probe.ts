import { defineProbe } from '../contract.ts';
import { type Config, config } from './config.ts';
import { streamValues } from './values.ts';

/** How long a drain waits for what is on its way; works that have begun may need the plan's `settle` besides. */
const DRAIN_MS = 5000;

/** Reads what others write to Kafka and holds it against what the plan says of it. What nobody wrote it cannot miss. */
export const kafkaStreamProbe = defineProbe<Config>({
  type: 'kafka-stream',
  summary:
    'Reads Kafka topics without a group: order within a key, duplicates, works that begin and never end; and by canaries loss and latency. A work of which no event at all was written is not seen.',
  config,
  values: streamValues,
  defaults: { intervalMs: 1000, timeoutMs: 3000 },
  onTimeout: 'unknown',
  timeoutMeaning:
    'A sample looks at what was read, and with a canary answers before its deadline, so a missed one says nothing about the service.',
  example: `name: goal-events
type: kafka-stream
interval: 1s
config:
  brokers: ["kafka:9092"]
  topics: [bytebot.goal.events]
  eventType: value.eventType
  identity: [value.goalRunId, value.eventType]
  order: {types: [GOAL_STARTED, [GOAL_COMPLETED, GOAL_FAILED, GOAL_CANCELLED]]}
  complete:
    identity: [value.goalRunId]
    begins: [GOAL_STARTED]
    ends: [GOAL_COMPLETED, GOAL_FAILED, GOAL_CANCELLED]
  canary: {topic: steadfast.canary}
`,
  instrument: ({ topics, canary, isolation }) => [...(topics ?? []), canary?.topic ?? '', isolation].join(' '),
  endFields: ({ complete }) => complete?.identity.length,
  drainMs: () => DRAIN_MS,
  async open(config, context) {
    const { KafkaStreamSession } = await import('./session.ts');
    return KafkaStreamSession.open(config, context);
  },
});
