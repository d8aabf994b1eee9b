/**
 * `BURROW=PROGRAM node bench/burrow-cases.ts`: what the real Burrow says of the cases that docs/kafka.md holds against its rules. Each is lived
 * through once more on a real broker, in its own time: records are written, a group commits, a broker is stopped. Four minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { startLab } from '../lab/lab.ts';
import { burrowOn, type Recorded } from '../test/probes/kafka-lag/both-verdicts.ts';
import {
  A_LITTLE,
  CAUGHT_UP,
  frozen,
  healthy,
  record,
  rewound,
  slow,
  stopped,
} from '../test/probes/kafka-lag/histories.ts';
import { burrow, type RunningMonitor, startMonitor } from './lag-monitors.ts';
import { type Row, tellRows } from './rows.ts';

/** One broker for those that are answered all the time, one for those that are not. */
const ANSWERED: Record<string, Recorded[]> = {
  'healthy, caught up': record(healthy(CAUGHT_UP)),
  'healthy, a little behind': record(healthy(A_LITTLE)),
  'stopped for 30 s, caught up before': record(stopped(CAUGHT_UP)),
  'stopped for 30 s, a little behind before': record(stopped(A_LITTLE)),
  'slower than the writer': record(slow),
  'set back by 1000 records': record(rewound),
};
const FROZEN: Record<string, Recorded[]> = {
  'the broker frozen for 30 s, caught up before': record(frozen(CAUGHT_UP)),
  'the broker frozen for 30 s, a little behind before': record(frozen(A_LITTLE)),
};

/** The histories begin at 10,000 records; what is written here begins at so many. */
const FIRST_END = 1_000;
const SHIFT = 10_000 - FIRST_END;
/** Nearly a second after each step, when Burrow has asked for the ends of all partitions. */
const ASK_AFTER_MS = 900;

if (!burrow.program) throw new Error('BURROW must name the program');
tellRows((await Promise.all([live(ANSWERED), live(FROZEN)])).flat());

async function live(histories: Record<string, Recorded[]>): Promise<Row[]> {
  await using lab = await startLab({ services: ['kafka'] });
  const broker = lab.variables['KAFKA_BROKERS']!;
  const pid = (await lab.server('kafka').pid())!;
  const options = { clientId: 'bench', bootstrapBrokers: [broker] };
  const [admin, producer] = [new Admin(options), new Producer({ ...options, serializers: stringSerializers })];
  const cases = Object.entries(histories).map(([name, recorded], index) => ({
    ...{ name, recorded, topic: `case-${index}`, group: `lag-bench-${index}`, end: 0, committed: -1 },
    said: new Set<string>(),
  }));
  await admin.createTopics({ topics: cases.map(({ topic }) => topic), partitions: 1, replicas: 1 });
  // It does not start where nobody has ever committed.
  for (const each of cases) await follow(each, 0);
  await using monitor = await startMonitor(burrow, broker);
  const began = performance.now();
  for (let step = 0; step < cases[0]!.recorded.length; step++) {
    await sleep(Math.max(0, began + step * 1000 - performance.now()));
    const answers = cases[0]!.recorded[step]!.offsets !== undefined;
    process.kill(pid, answers ? 'SIGCONT' : 'SIGSTOP');
    if (answers) await Promise.all(cases.map((each) => follow(each, step)));
    await sleep(Math.max(0, began + step * 1000 + ASK_AFTER_MS - performance.now()));
    for (const each of cases) if (each.recorded[step]!.at >= 0) each.said.add(await statusOf(monitor, each.group));
  }
  await Promise.all([admin.close(), producer.close()]);
  return cases.map(rowOf);

  async function follow(each: (typeof cases)[number], step: number): Promise<void> {
    const { offsets } = each.recorded[step]!;
    const end = offsets!.end - SHIFT;
    const messages = Array.from({ length: end - each.end }, () => ({
      topic: each.topic,
      partition: 0,
      key: 'k',
      value: '',
    }));
    if (messages.length > 0) await producer.send({ messages, acks: -1 });
    each.end = end;
    const committed = offsets!.committed - SHIFT;
    if (committed === each.committed) return;
    each.committed = committed;
    const partitionOffsets = [{ partition: 0, offset: BigInt(committed) }];
    await admin.alterConsumerGroupOffsets({ groupId: each.group, topics: [{ name: each.topic, partitionOffsets }] });
  }
}

async function statusOf({ url }: RunningMonitor, group: string): Promise<string> {
  const answer = await fetch(`${url}/v3/kafka/local/consumer/${group}/lag`);
  const { status } = (await answer.json()) as { status?: { partitions: { status: string }[] } };
  return status?.partitions[0]?.status ?? 'NOTFOUND';
}

function rowOf({ name, recorded, said }: { name: string; recorded: Recorded[]; said: ReadonlySet<string> }): Row {
  const byTheRules = [...new Set(burrowOn(recorded, { rewindCountsAfterZeroLag: true }))].sort();
  return {
    what: `Burrow of a consumer, in three minutes: ${name}`,
    measured: [...said].sort().join(', '),
    limit: `as by its rules: ${byTheRules.join(', ')}`,
    holds: [...said].sort().join() === byTheRules.join(),
  };
}
