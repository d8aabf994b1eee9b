import type { Inspection } from '../../contract.ts';
import { faultsOf, targetNamespacesOf } from '../manifest.ts';
import { podId, selectTargets } from '../targets.ts';
import { checkNamespaces } from './approvals.ts';
import { checkCertificates } from './certificates.ts';
import { checkController, checkDaemons } from './components.ts';
import type { CheckContext, CheckedExperiment } from './contract.ts';
import { checkDryRun } from './dry-run.ts';
import { problem } from './found.ts';
import { checkKernels } from './kernel.ts';
import { checkNamespaceFilter } from './namespace-filter.ts';
import { checkPermissions } from './permissions.ts';
import { checkSelection } from './selection.ts';
import type { Subject } from './subject.ts';
import { checkVersion } from './version.ts';
import { checkBudgets, checkRollouts } from './workloads.ts';

/** All that was looked at for one experiment, in the order in which a person would look. */
export interface Checked {
  subject: Subject;
  /** Of the cluster, the same for every experiment. */
  cluster: Inspection[];
  own: Inspection[];
}

export async function checkAll(
  experiment: CheckedExperiment,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Checked> {
  const { subject, trouble } = await selectSubject(experiment, context, signal);
  const [version, controller, ...own] = await Promise.all([
    checkVersion(subject.kube, signal),
    checkControllerAndCertificates(subject, signal),
    checkDaemons(subject, signal),
    checkPermissions(subject, signal),
    checkNamespaces(subject, signal),
    checkNamespaceFilter(subject, signal),
    checkSelection(subject),
    checkRollouts(subject, signal),
    checkBudgets(subject, signal),
    checkKernels(subject),
    checkDryRun(subject, signal),
  ]);
  return { subject, cluster: [...version, ...controller], own: [...trouble, ...own.flat()] };
}

async function checkControllerAndCertificates(subject: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const { lines, endpoints } = await checkController(subject, signal);
  return [...lines, ...(await checkCertificates(subject, endpoints, signal))];
}

async function selectSubject(
  experiment: CheckedExperiment,
  context: CheckContext,
  signal: AbortSignal,
): Promise<{ subject: Subject; trouble: Inspection[] }> {
  const { manifest, namespace } = experiment;
  const namespaces = targetNamespacesOf(manifest, namespace);
  const base = { ...experiment, ...context, namespaces: namespaces.length > 0 ? namespaces : [namespace] };
  const found = await selectTargets(context.kube, manifest, namespace, signal);
  if (!found.ok) {
    const text = `the pods cannot be listed: ${found.message}`;
    return {
      subject: { ...base, selected: [], pods: [] },
      trouble: [problem(text, `kubectl auth can-i list pods -n ${base.namespaces[0]}`)],
    };
  }
  const pods = new Map(found.candidates.flatMap((one) => one.pods).map((pod) => [podId(pod), pod]));
  const trouble = faultsOf(manifest).length === 0 ? [problem('the manifest brings about no fault')] : [];
  return { subject: { ...base, selected: found.candidates, pods: [...pods.values()] }, trouble };
}
