import { Producer, stringSerializers } from '@platformatic/kafka';

/** What the tests write: one event of a goal. */
export interface Goal {
  goal: string;
  number: number;
  type: string;
}

let transactionCount = 0;

/** Writes goals in one transaction of a producer of its own, and keeps them or takes them back. */
export async function transaction(
  brokers: string[],
  topic: string,
  goals: Goal[],
  end: 'commit' | 'abort',
): Promise<void> {
  const transactional = new Producer({
    clientId: 'test',
    bootstrapBrokers: brokers,
    serializers: stringSerializers,
    transactionalId: `test-${transactionCount++}`,
    idempotent: true,
  });
  try {
    const begun = await transactional.beginTransaction();
    const messages = goals.map((goal) => ({ topic, partition: 0, key: goal.goal, value: JSON.stringify(goal) }));
    await begun.send({ messages, acks: -1 });
    if (end === 'commit') await begun.commit();
    else await begun.abort();
  } finally {
    await transactional.close();
  }
}
