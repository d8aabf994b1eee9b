import type { Inspection } from '../../contract.ts';
import { approvalCommand, type LackingApproval, lackingApproval } from '../approval.ts';
import { fine, problem } from './found.ts';
import type { Subject } from './subject.ts';

/** Where a fault may act at all: what the plan limits itself to, and what the namespaces themselves approve of. */
export async function checkNamespaces(subject: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const { namespaces, limits, kube, digest } = subject;
  const outside = namespaces.filter((namespace) => !limits.namespaces.includes(namespace));
  const approvals = await Promise.all(
    namespaces.map(async (namespace) => ({ namespace, lack: await lackingApproval(kube, namespace, digest, signal) })),
  );
  return [
    ...outside.map((namespace) => problem(`namespace ${namespace} is not among limits.namespaces`)),
    ...approvals.map(({ namespace, lack }) =>
      lack === undefined
        ? fine(`namespace ${namespace} approves of this plan`)
        : problem(lack.text, commandFor(subject, namespace, lack)),
    ),
  ];
}

/** Approves of this plan and of those that are looked at with it, and goes on to approve of those that it names already. */
function commandFor({ digest, together }: Subject, namespace: string, { approved }: LackingApproval): string {
  if (approved === undefined) return 'kubectl get namespaces';
  return approvalCommand(namespace, [...approved, digest, ...(together?.(namespace) ?? [])]);
}
