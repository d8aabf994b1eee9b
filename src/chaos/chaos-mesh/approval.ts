import { type KubeClient, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';

export const APPROVED = 'steadfast/approved';
export const APPROVED_UNTIL = 'steadfast/approved-until';

/** Why a fault of this plan may not act in a namespace; `undefined` where somebody approved of it, and still does. */
export async function lackingApproval(
  kube: KubeClient,
  namespace: string,
  digest: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const got = await kube.get({ resource: RESOURCES.namespaces, name: namespace }, signal);
  if (isStatus(got, 404)) return `there is no namespace ${namespace}`;
  if (!got.ok) return `the approval of namespace ${namespace} cannot be read: ${got.message}`;
  return judgeApproval(namespace, got.value.metadata.annotations ?? {}, digest, Date.now());
}

/** The command that approves, for whoever is asked to. */
export function approvalCommand(namespace: string, digest: string): string {
  return `kubectl annotate --overwrite namespace ${namespace} ${APPROVED}=${digest} ${APPROVED_UNTIL}=<RFC 3339 time>`;
}

export function judgeApproval(
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  digest: string,
  nowMs: number,
): string | undefined {
  const approved = annotations[APPROVED];
  if (approved === undefined) return `namespace ${namespace} does not approve of this plan (${APPROVED}: ${digest})`;
  if (approved.trim() !== digest) return `namespace ${namespace} approves of another plan: this one is ${digest}`;
  const until = annotations[APPROVED_UNTIL] ?? '';
  const untilMs = isRfc3339(until) ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(untilMs))
    return `namespace ${namespace} does not say until when it approves (${APPROVED_UNTIL}: RFC 3339)`;
  return untilMs > nowMs ? undefined : `the approval of namespace ${namespace} ended at ${until}`;
}

function isRfc3339(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
}
