import { randomUUID } from 'node:crypto';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { topics } from '../../servers/kafka-topics.ts';
import { causesOf } from '../own-log.ts';
import type { GoalEvent, StepEvent } from './goal-run.ts';

/** Writes goal and step events to Kafka, each under the key that orders it. */
export interface GoalEvents {
  emitGoal: (event: GoalEvent, attempt?: number) => Promise<void>;
  emitStep: (event: StepEvent, attempt?: number) => Promise<void>;
  close: () => Promise<void>;
}

export function createGoalEvents(clientId: string, brokers: readonly string[]): GoalEvents {
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
    await producer.send({ messages: [{ topic, key, value, headers }] }).catch((error: unknown) => {
      throw new Error(`Kafka at ${brokers.join(', ')} did not take it: ${causesOf(error)}`, { cause: error });
    });
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
