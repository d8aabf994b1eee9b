import { type KubeClient, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';

export const APPROVED = 'steadfast/approved';
export const APPROVED_UNTIL = 'steadfast/approved-until';

/** What stands between a plan and a namespace. */
export interface LackingApproval {
  text: string;
  /** Digests of the plans that the namespace approves of; undefined where there is no such namespace. */
  approved?: readonly string[];
}

/** Why a fault of this plan may not act in a namespace; `undefined` where somebody approved of it, and still does. */
export async function lackingApproval(
  kube: KubeClient,
  namespace: string,
  digest: string,
  signal: AbortSignal,
): Promise<LackingApproval | undefined> {
  const got = await kube.get({ resource: RESOURCES.namespaces, name: namespace }, signal);
  if (isStatus(got, 404)) return { text: `there is no namespace ${namespace}` };
  if (!got.ok) return { text: `the approval of namespace ${namespace} cannot be read: ${got.message}`, approved: [] };
  const annotations = got.value.metadata.annotations ?? {};
  const now = Date.now();
  const text = judgeApproval(namespace, annotations, digest, now);
  // One time holds for all of them: an approval that has ended must not begin again with a new one.
  const approved = endOf(annotations) > now ? approvedIn(annotations) : [];
  return text === undefined ? undefined : { text, approved };
}

/** The command that approves, for whoever is asked to. */
export function approvalCommand(namespace: string, digests: readonly string[]): string {
  const approved = [...new Set(digests)].sort().join(',');
  return `kubectl annotate --overwrite namespace ${namespace} ${APPROVED}=${approved} ${APPROVED_UNTIL}=<RFC 3339 time>`;
}

/** A namespace may approve of several plans: digests with commas between them. */
function approvedIn(annotations: Readonly<Record<string, string>>): string[] {
  return (annotations[APPROVED] ?? '').split(/[\s,]+/).filter(Boolean);
}

function judgeApproval(
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  digest: string,
  nowMs: number,
): string | undefined {
  const approved = approvedIn(annotations);
  if (approved.length === 0) return `namespace ${namespace} does not approve of this plan (${APPROVED}: ${digest})`;
  if (!approved.includes(digest)) return `namespace ${namespace} approves of other plans: this one is ${digest}`;
  const untilMs = endOf(annotations);
  if (Number.isNaN(untilMs))
    return `namespace ${namespace} does not say until when it approves (${APPROVED_UNTIL}: RFC 3339)`;
  return untilMs > nowMs ? undefined : `the approval of namespace ${namespace} ended at ${annotations[APPROVED_UNTIL]}`;
}

/** In ms since 1970; NaN where it is not said. */
function endOf(annotations: Readonly<Record<string, string>>): number {
  const until = annotations[APPROVED_UNTIL] ?? '';
  return isRfc3339(until) ? Date.parse(until) : Number.NaN;
}

function isRfc3339(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
}
