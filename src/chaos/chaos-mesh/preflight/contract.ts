import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import type { Limits } from '../../../slo/model/plan.ts';
import type { Preparation } from '../../contract.ts';
import type { Manifest } from '../manifest.ts';
import type { Candidate } from '../proof/contract.ts';
import type { DaemonSights } from './daemon-sights.ts';

/** An experiment as the checks see it. */
export interface CheckedExperiment {
  experiment: string;
  /** Of the resolved plan: what an approval must name. */
  digest: string;
  limits: Pick<Limits, 'maxTargets' | 'namespaces'>;
  /** The object that is to be made; or the Schedule in the cluster, whose template is run. */
  manifest: Manifest;
  /** Where the object is made, and where selectors without namespaces look. */
  namespace: string;
  /** The Schedule exists already and nothing is created from it by us: its own cron makes the object. */
  observed: boolean;
  /** What is observed may be deleted by us when the run is aborted. */
  mayDelete?: boolean;
}

/** What all checks of one look share. */
export interface CheckContext {
  kube: KubeClient;
  /** Wall clock in ms since 1970. */
  wallClock(): number;
  /** Of several experiments that are looked at together; else each check looks by itself. */
  daemons?: DaemonSights;
  /** Digests of the plans that are looked at together and may act in a namespace. */
  together?(namespace: string): readonly string[];
  /** The pod that we run in, where we run in one: it must not be among the targets, nor its node. */
  self?: { namespace: string; pod: string; node?: string; unsure?: string };
}

/** What the checks found before an injection, and which pods the selectors of each fault match. */
export interface Preflight {
  preparation: Preparation;
  faults: { fault: string; candidates: Candidate[] }[];
}

/** How `preflight` of `preflight/preflight.ts` is called. */
export type RunPreflight = (
  experiment: CheckedExperiment,
  context: CheckContext,
  signal: AbortSignal,
) => Promise<Preflight>;
