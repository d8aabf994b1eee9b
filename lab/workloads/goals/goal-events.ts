import { randomUUID } from 'node:crypto';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { topics } from '../../servers/kafka-topics.ts';
import { causesOf, type Say, watchPeer } from '../own-log.ts';
import type { GoalEvent, StepEvent } from './goal-run.ts';

/** Writes goal and step events to Kafka, each under the key that orders it. */
export interface GoalEvents {
  emitGoal: (event: GoalEvent, attempt?: number) => Promise<void>;
  emitStep: (event: StepEvent, attempt?: number) => Promise<void>;
  close: () => Promise<void>;
}

/** When a silent Kafka is told in the log; whether it is given up is another question. */
const silentForMs = 3_000;

export function createGoalEvents(clientId: string, brokers: readonly string[], say: Say): GoalEvents {
  const kafka = `Kafka at ${brokers.join(', ')}`;
  const peer = watchPeer(kafka, say);
  const producer = new Producer({
    clientId,
    bootstrapBrokers: [...brokers],
    serializers: stringSerializers,
    acks: -1,
    timeout: 5_000,
    connectTimeout: 2_000,
    retries: 1,
    retryDelay: 200,
  });

  async function send(topic: string, key: string, event: GoalEvent | StepEvent, attempt: number): Promise<void> {
    const { eventType, goalRunId, tenantId, payload } = event;
    const body = { eventId: randomUUID(), eventType, goalRunId, tenantId, timestamp: new Date().toISOString() };
    const value = JSON.stringify({ ...body, payload: { ...payload, attempt } });
    const headers = { 'event-type': eventType, 'tenant-id': tenantId };
    const silent = setTimeout(() => peer.lost(`no answer for ${silentForMs / 1_000} s`), silentForMs);
    try {
      await producer.send({ messages: [{ topic, key, value, headers }] });
      peer.back();
    } catch (error) {
      peer.lost(causesOf(error));
      throw new Error(`${kafka} did not take it: ${causesOf(error)}`, { cause: error });
    } finally {
      clearTimeout(silent);
    }
  }

  return {
    emitGoal: (event, attempt = 1) => send(topics.goalEvents.name, event.goalRunId, event, attempt),
    emitStep: (event, attempt = 1) => {
      const payload = { ...event.payload, stepNumber: event.stepNumber };
      return send(topics.stepEvents.name, `${event.goalRunId}-${event.stepNumber}`, { ...event, payload }, attempt);
    },
    close: () => producer.close(),
  };
}
