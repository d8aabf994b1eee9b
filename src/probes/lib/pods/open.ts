import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import { openKubeClient } from '../../../clients/kubernetes/open.ts';
import type { ProbeContext } from '../../contract.ts';
import type { PodsConfig } from './config.ts';

/** Of a slot's time: so that what the API server does not say is told before the slot is given up. */
const SHARE_OF_TIMEOUT = 0.8;

/** How long a call may take, with its repetitions. */
export function callMsOf({ timeoutMs }: ProbeContext): number {
  return timeoutMs * SHARE_OF_TIMEOUT;
}

/** A client whose calls end within a slot. Rejects only where nothing names a cluster. */
export function openPodsClient(
  { kubeconfig, context: contextName }: PodsConfig,
  context: ProbeContext,
): Promise<KubeClient> {
  const callMs = callMsOf(context);
  return openKubeClient({ kubeconfig, context: contextName, timeoutMs: callMs, callMs, random: context.random });
}
