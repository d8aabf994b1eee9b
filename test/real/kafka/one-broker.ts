import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { type Lab, startLab } from '../../../lab/lab.ts';

/** A broker of the lab's, and what tests do with one. */
export interface OneBroker extends AsyncDisposable {
  lab: Lab;
  brokers: string[];
  admin: Admin;
  producer: Producer<string, string, string, string>;
  newTopic(partitions?: number, configs?: { name: string; value: string }[]): Promise<string>;
}

/** Topics of `newTopic` begin with the prefix. */
export async function startOneBroker(prefix: string, besides: 'toxiproxy'[] = []): Promise<OneBroker> {
  const lab = await startLab({ services: ['kafka', ...besides] });
  const brokers = [lab.variables['KAFKA_BROKERS']!];
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: brokers });
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: brokers, serializers: stringSerializers });
  let topicCount = 0;
  return {
    ...{ lab, brokers, admin, producer },
    async newTopic(partitions = 1, configs = []) {
      const topic = `${prefix}-${topicCount++}`;
      await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs });
      return topic;
    },
    async [Symbol.asyncDispose]() {
      await producer.close();
      await admin.close();
      await lab.stop();
    },
  };
}
