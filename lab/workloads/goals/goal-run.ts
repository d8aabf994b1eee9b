/** Names and shapes that the worker, its workflow and whoever starts goal runs agree on. */

export const taskQueue = 'bytebot-goal-runs';
export const workflowType = 'goalRunWorkflow';
export const workflowIdOf = (goalRunId: string) => `goal-run-${goalRunId}`;

export interface GoalRunInput {
  goalRunId: string;
  tenantId: string;
  /** Touches nothing: no activity, no event. */
  mode?: 'CAPABILITY_PROBE';
  /** A capability probe that does not wait for the user's answer. */
  autoResolve?: boolean;
  steps?: number;
}

export interface GoalRunResult {
  status: 'COMPLETED' | 'FAILED';
  goalRunId: string;
  stepsCompleted: number;
  error?: string;
}

export interface GoalEvent {
  eventType: 'GOAL_STARTED' | 'GOAL_COMPLETED' | 'GOAL_FAILED';
  goalRunId: string;
  tenantId: string;
  payload: Record<string, unknown>;
}

export interface StepEvent {
  eventType: 'STEP_STARTED' | 'STEP_COMPLETED' | 'STEP_FAILED';
  goalRunId: string;
  tenantId: string;
  stepNumber: number;
  payload: Record<string, unknown>;
}

export interface StepWork {
  goalRunId: string;
  stepNumber: number;
  idempotencyKey: string;
}

export interface GoalActivities {
  emitGoalEvent: (event: GoalEvent) => Promise<void>;
  emitStepEvent: (event: StepEvent) => Promise<void>;
  executeStep: (work: StepWork) => Promise<void>;
}
