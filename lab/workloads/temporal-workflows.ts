/** Runs inside the workflow sandbox: nothing but types may be imported from elsewhere in the lab. */
import { condition, defineSignal, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import type { GoalActivities, GoalEvent, GoalRunInput, GoalRunResult, StepEvent } from './goals/goal-run.ts';

export const userPromptResolvedUpdate = defineUpdate<boolean, [unknown?]>('userPromptResolved');
export const userPromptResolvedSignal = defineSignal<[unknown?]>('userPromptResolved');

const events = proxyActivities<Pick<GoalActivities, 'emitGoalEvent' | 'emitStepEvent'>>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 3, initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

const execution = proxyActivities<Pick<GoalActivities, 'executeStep'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 3, initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
});

/** Like the real one it catches every error and returns it: Temporal shows such a run as completed. */
export async function goalRunWorkflow(input: GoalRunInput): Promise<GoalRunResult> {
  if (input.mode === 'CAPABILITY_PROBE') return await proveCapability(input);
  let stepsCompleted = 0;
  try {
    await emitGoal(input, 'GOAL_STARTED', {});
    for (let stepNumber = 1; stepNumber <= (input.steps ?? 2); stepNumber++) {
      await runStep(input, stepNumber);
      stepsCompleted = stepNumber;
    }
    await emitGoal(input, 'GOAL_COMPLETED', { stepsCompleted });
    return { status: 'COMPLETED', goalRunId: input.goalRunId, stepsCompleted };
  } catch (error) {
    const reason = reasonOf(error);
    await emitGoal(input, 'GOAL_FAILED', { reason });
    return { status: 'FAILED', goalRunId: input.goalRunId, stepsCompleted, error: reason };
  }
}

async function proveCapability(input: GoalRunInput): Promise<GoalRunResult> {
  let resolved = input.autoResolve === true;
  const resolve = () => {
    resolved = true;
    return true;
  };
  setHandler(userPromptResolvedUpdate, resolve);
  setHandler(userPromptResolvedSignal, () => void resolve());
  await condition(() => resolved);
  return { status: 'COMPLETED', goalRunId: input.goalRunId, stepsCompleted: 0 };
}

async function runStep(input: GoalRunInput, stepNumber: number): Promise<void> {
  const { goalRunId } = input;
  await emitStep(input, stepNumber, 'STEP_STARTED', {});
  try {
    await execution.executeStep({ goalRunId, stepNumber, idempotencyKey: `${goalRunId}-step-${stepNumber}` });
  } catch (error) {
    await emitStep(input, stepNumber, 'STEP_FAILED', { reason: reasonOf(error) });
    throw error;
  }
  await emitStep(input, stepNumber, 'STEP_COMPLETED', {});
}

async function emitGoal(input: GoalRunInput, eventType: GoalEvent['eventType'], payload: GoalEvent['payload']) {
  const { goalRunId, tenantId } = input;
  await orLoseIt(events.emitGoalEvent({ eventType, goalRunId, tenantId, payload }));
}

async function emitStep(
  input: GoalRunInput,
  stepNumber: number,
  eventType: StepEvent['eventType'],
  payload: StepEvent['payload'],
) {
  const { goalRunId, tenantId } = input;
  await orLoseIt(events.emitStepEvent({ eventType, goalRunId, tenantId, stepNumber, payload }));
}

/** The real workflow goes on when an event cannot be sent: an outage that outlasts the attempts loses it for good. */
async function orLoseIt(sending: Promise<void>): Promise<void> {
  try {
    await sending;
  } catch {
    // by design
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
