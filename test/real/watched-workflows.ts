/** Runs inside the workflow sandbox. */
import { ApplicationFailure, continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';

export interface RelayInput {
  /** It continues as new until it has done so many. */
  legs?: number;
  legMs?: number;
  /** What it returns; without one it throws. */
  status?: string;
  /** Activities in each leg, and how often each of them fails before it works. */
  steps?: number;
  failures?: number;
}

const { step } = proxyActivities<{ step(failures: number): Promise<void> }>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: '2s',
  retry: { initialInterval: '100ms', backoffCoefficient: 1 },
});

/** An application's workflow, as long and as lucky as a test asks. */
export async function relay({ legs = 1, legMs = 0, steps = 0, failures = 0, status }: RelayInput) {
  for (let done = 0; done < steps; done++) await step(failures);
  await sleep(legMs);
  if (legs > 1)
    await continueAsNew<typeof relay>({ legs: legs - 1, legMs, steps, failures, ...(status && { status }) });
  if (status === undefined) throw ApplicationFailure.nonRetryable('disk full');
  return { status };
}
