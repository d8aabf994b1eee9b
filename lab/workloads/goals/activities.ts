import { ApplicationFailure, Context } from '@temporalio/activity';
import { Counter, type Registry } from 'prom-client';
import type { GoalEvents } from './goal-events.ts';
import type { GoalActivities } from './goal-run.ts';

/** How the worker's activities behave; may change while it runs. */
export interface WorkerConduct {
  /** Every step fails for good, so that every goal run returns FAILED. */
  failing: boolean;
  stepMs: number;
}

const heartbeatMs = 500;

export function createActivities(events: GoalEvents, conduct: WorkerConduct, registry: Registry): GoalActivities {
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

  async function counted(activity_type: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      activities.inc({ activity_type, status: 'success' });
    } catch (error) {
      activities.inc({ activity_type, status: 'failure' });
      throw error;
    }
  }

  return {
    emitGoalEvent: (event) =>
      counted('emitGoalEvent', async () => {
        await events.emitGoal(event, Context.current().info.attempt);
        if (event.eventType !== 'GOAL_STARTED') runs.inc({ status: event.eventType, tenant_id: event.tenantId });
      }),
    emitStepEvent: (event) => counted('emitStepEvent', () => events.emitStep(event, Context.current().info.attempt)),
    executeStep: () => counted('executeStep', () => workThroughStep(conduct)),
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
