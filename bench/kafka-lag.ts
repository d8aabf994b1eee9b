import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { runCommand } from '../lab/getting/command.ts';
import { noProgress } from '../lab/getting/progress.ts';
import { startLab } from '../lab/lab.ts';
import { createResolver } from '../lab/resolve.ts';
import { quickStart, quietLog } from '../lab/servers/kafka.ts';
import { kafkaLagProbe } from '../src/probes/kafka-lag/probe.ts';
import { openProbe } from '../test/probes/session.ts';
import { median } from './child.ts';
import { type MonitorSweep, sweepByMonitors } from './monitor-sweeps.ts';

export interface KafkaLagMeasurement {
  groups: number;
  partitions: number;
  /** One look of the probe. */
  lookMs: number;
  lookCpuMs: number;
  requests: number;
  /** The same client, its own methods, a call for each group, one after another. */
  oneByOneMs: number;
  /** Kafka's own program, from its start to its end, and when it only lists the groups. */
  programMs: number;
  programListMs: number;
  /** Monitors that are there. */
  monitors: MonitorSweep[];
  /** All of them find the lag that was made. */
  agree: boolean;
}

const GROUPS = 1000;
const PARTITIONS = 4;
const RECORDS = 60;
const AT_ONCE = 25;
const LOOKS = 15;
const TOPIC = 'lag-bench';
const COMMAND = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';

/** The lag of a thousand groups on a real broker. */
export async function benchKafkaLag(): Promise<KafkaLagMeasurement> {
  await using lab = await startLab({ services: ['kafka'] });
  const broker = lab.variables['KAFKA_BROKERS']!;
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [broker] });
  const groups = Array.from({ length: GROUPS }, (_, number) => `lag-bench-${number}`);
  try {
    const lag = await makeLag(admin, broker, groups);
    const look = await measureLook(broker, groups);
    const oneByOne = await timed(() => sumOneByOne(admin, groups));
    const list = await timed(() => consumerGroups(broker, '--list'));
    const program = await timed(() => consumerGroups(broker, '--describe', '--all-groups', '--offsets'));
    const monitors = await sweepByMonitors(broker, lag);
    const found = [look.records, oneByOne.result, sumOfTable(program.result), ...monitors.map((each) => each.lag)];
    return {
      groups: GROUPS,
      partitions: PARTITIONS,
      ...look,
      oneByOneMs: oneByOne.ms,
      programMs: program.ms,
      programListMs: list.ms,
      monitors,
      agree: found.every((each) => each === lag),
    };
  } finally {
    await admin.close();
  }
}

/** Writes records, and commits of each group a different part of them; gives the lag in all. */
async function makeLag(admin: Admin, broker: string, groups: readonly string[]): Promise<number> {
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 });
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [broker], serializers: stringSerializers });
  const numbers = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const records = Array.from({ length: RECORDS }, (_, n) => String(n));
  const messages = numbers.flatMap((partition) =>
    records.map((value) => ({ topic: TOPIC, partition, key: 'k', value })),
  );
  await producer.send({ messages, acks: -1 });
  await producer.close();
  let lag = 0;
  const commits = groups.map((groupId, index) => {
    const offset = BigInt(index % RECORDS);
    lag += (RECORDS - (index % RECORDS)) * PARTITIONS;
    const partitionOffsets = numbers.map((partition) => ({ partition, offset }));
    return { groupId, topics: [{ name: TOPIC, partitionOffsets }] };
  });
  for (let first = 0; first < commits.length; first += AT_ONCE)
    await Promise.all(commits.slice(first, first + AT_ONCE).map((commit) => admin.alterConsumerGroupOffsets(commit)));
  return lag;
}

async function measureLook(broker: string, groups: readonly string[]) {
  const config = { brokers: [broker], groups, topics: [TOPIC] };
  const probe = await openProbe(kafkaLagProbe, config, { timeoutMs: 30_000 });
  await probe.sample();
  const before = process.cpuUsage();
  const looks: { ms: number; result: { values: Record<string, number> } }[] = [];
  for (let look = 0; look < LOOKS; look++) looks.push(await timed(probe.sample));
  const { user, system } = process.cpuUsage(before);
  const requests = await countRequests(probe.sample);
  await probe.close();
  return {
    lookMs: median(looks.map(({ ms }) => ms)),
    lookCpuMs: (user + system) / 1000 / LOOKS,
    requests,
    records: looks[0]!.result.values['records'],
  };
}

async function countRequests(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const note = () => count++;
  const sent = channel('tracing:plt:kafka:connections:api:start');
  sent.subscribe(note);
  await work();
  sent.unsubscribe(note);
  return count;
}

async function sumOneByOne(admin: Admin, groups: readonly string[]): Promise<number> {
  const wanted = Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  let lag = 0;
  for (const group of groups) {
    const [committed] = await admin.listConsumerGroupOffsets({ groups: [group] });
    const [ends] = await admin.listOffsets({ topics: [{ name: TOPIC, partitions: wanted }] });
    for (const { offset } of ends!.partitions) lag += Number(offset);
    for (const { committedOffset } of committed!.topics[0]!.partitions) lag -= Number(committedOffset);
  }
  return lag;
}

async function consumerGroups(broker: string, ...args: string[]): Promise<string> {
  const resolver = createResolver(noProgress);
  const [java, jars] = await Promise.all([resolver('java'), resolver('kafka')]);
  const classes = ['-cp', join(jars.path, '*'), COMMAND];
  const options = ['--bootstrap-server', broker, '--timeout', '60000', ...args];
  return await runCommand(java.path, [...quickStart, ...quietLog, ...classes, ...options], {
    timeoutMs: 180_000,
    answersOnly: true,
  });
}

/** Sums up the column LAG of the tables that the program prints, one for each group. */
function sumOfTable(text: string): number {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const column = lines.find(([first]) => first === 'GROUP')?.indexOf('LAG') ?? -1;
  const rows = lines.filter(([group]) => group?.startsWith('lag-bench-'));
  return rows.reduce((sum, row) => sum + Number(row[column]), 0);
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}
