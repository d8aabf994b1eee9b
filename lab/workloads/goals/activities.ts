import { ApplicationFailure, Context } from '@temporalio/activity';
import { Counter, type Registry } from 'prom-client';
import type { Say } from '../own-log.ts';
import type { GoalEvents } from './goal-events.ts';
import type { GoalActivities, GoalEvent } from './goal-run.ts';

/** How the worker's activities behave; may change while it runs. */
export interface WorkerConduct {
  /** Every step fails for good, so that every goal run returns FAILED. */
  failing: boolean;
  stepMs: number;
}

const heartbeatMs = 500;

export interface ActivitiesOptions {
  events: GoalEvents;
  conduct: WorkerConduct;
  registry: Registry;
  say: Say;
}

export function createActivities({ events, conduct, registry, say }: ActivitiesOptions): GoalActivities {
  const registers = [registry];
  const runs = new Counter({
    name: 'bytebot_workflow_executions_total',
    help: 'Goal runs by how they ended.',
    labelNames: ['status', 'tenant_id'],
    registers,
  });
  const activities = new Counter({
    name: 'bytebot_activity_executions_total',
    help: 'Activity attempts by how they ended.',
    labelNames: ['activity_type', 'status'],
    registers,
  });

  async function counted(activity_type: string, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      activities.inc({ activity_type, status: 'success' });
    } catch (error) {
      activities.inc({ activity_type, status: 'failure' });
      say('ERROR', `${what} failed in attempt ${Context.current().info.attempt}: ${(error as Error).message}`);
      throw error;
    }
  }

  function tellEnd({ eventType, goalRunId, tenantId }: GoalEvent): void {
    runs.inc({ status: eventType, tenant_id: tenantId });
    say('INFO', `${eventType} of goal ${goalRunId}`);
  }

  return {
    emitGoalEvent: (event) =>
      counted('emitGoalEvent', `${event.eventType} of goal ${event.goalRunId}`, async () => {
        await events.emitGoal(event, Context.current().info.attempt);
        if (event.eventType !== 'GOAL_STARTED') tellEnd(event);
      }),
    emitStepEvent: (event) =>
      counted('emitStepEvent', `${event.eventType} of goal ${event.goalRunId}, step ${event.stepNumber}`, () =>
        events.emitStep(event, Context.current().info.attempt),
      ),
    executeStep: ({ goalRunId, stepNumber }) =>
      counted('executeStep', `step ${stepNumber} of goal ${goalRunId}`, () => workThroughStep(conduct)),
  };
}

async function workThroughStep(conduct: WorkerConduct): Promise<void> {
  const context = Context.current();
  const end = performance.now() + conduct.stepMs;
  for (let left = conduct.stepMs; left > 0; left = end - performance.now()) {
    context.heartbeat();
    await context.sleep(Math.min(heartbeatMs, left));
  }
  if (conduct.failing) throw ApplicationFailure.nonRetryable('the step fails on command', 'StepFailed');
}
