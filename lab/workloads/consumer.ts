/**
 * A consumer group of one that reads the goal events and commits often: a program of its own, started by the lab.
 * `POST /control` pauses it or makes it slow, so that lag grows.
 */
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';
import { topics } from '../servers/kafka-topics.ts';
import { serveFace } from './face.ts';
import { type ConsumerConduct, consumeForEver } from './goals/consuming.ts';
import { endOnSignals, ownConfig } from './own-config.ts';

export interface ConsumerConfig {
  /** Address to listen on; loopback if not given. */
  host?: string;
  httpPort: number;
  brokers: readonly string[];
  group: string;
}

const consumerCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('pause') }),
  z.strictObject({ command: z.literal('resume') }),
  z.strictObject({ command: z.literal('slow'), recordMs: z.number().min(0).max(60_000) }),
]);

const config = ownConfig<ConsumerConfig>();
const metrics = new Registry();
const records = new Counter({
  name: 'lab_consumer_records_total',
  help: 'Records that the consumer has worked through.',
  labelNames: ['topic'],
  registers: [metrics],
});
const conduct: ConsumerConduct = { paused: false, recordMs: 0 };
const totals: Record<string, number> = {};

const consuming = consumeForEver({
  brokers: config.brokers,
  group: config.group,
  topics: [topics.goalEvents.name, topics.stepEvents.name],
  conduct,
  onRecord: (topic) => {
    totals[topic] = (totals[topic] ?? 0) + 1;
    records.inc({ topic });
  },
});
await consuming.joined;

await serveFace({
  ...(config.host === undefined ? {} : { host: config.host }),
  port: config.httpPort,
  metrics,
  command: consumerCommand,
  obey: (command) => {
    if (command.command === 'slow') conduct.recordMs = command.recordMs;
    else conduct.paused = command.command === 'pause';
  },
  state: () => ({ ...conduct, group: config.group, totals }),
});
endOnSignals(consuming.close);
