import type { KubeClient, KubeObject } from '../../clients/kubernetes/client.ts';
import type { Evidence } from '../../slo/model/entry.ts';
import type { DriverContext, Observed } from '../contract.ts';
import type { Manifest, ManifestFault } from './manifest.ts';
import type { PodView } from './pod.ts';
import type { RunPreflight } from './preflight/contract.ts';
import type { Candidate, OpenProof } from './proof/contract.ts';

/** What the driver is made of besides itself. */
export interface Parts {
  preflight: RunPreflight;
  openProof: OpenProof;
}

/** What was found out before anything was touched. */
export interface Prepared {
  /** As it will be made; for an observed run, what the Schedule makes. */
  object: KubeObject;
  manifest: Manifest;
  faults: readonly ManifestFault[];
  namespace: string;
  /** Where the fault acts, sorted. */
  namespaces: string[];
  /** For each fault the pods that its selectors match. */
  candidates: ReadonlyMap<string, readonly Candidate[]>;
}

/** One way of bringing a fault about: an object of ours, a Workflow of ours, or somebody else's run that is watched. */
export interface Strike {
  inject(signal: AbortSignal): Promise<Observed>;
  /** Until the fault has ended by itself. */
  hold(signal: AbortSignal): Promise<Observed>;
  evidence(signal: AbortSignal): Promise<Evidence[]>;
  recover(signal: AbortSignal): Promise<Observed>;
  close(): Promise<void>;
}

export interface StrikeSetting {
  kube: KubeClient;
  context: DriverContext;
  prepared: Prepared;
  openProof: OpenProof;
  /** Plain JSON, to find the cluster again. */
  access: { kubeconfig?: string; context?: string };
}

/** From the request, which is when `inject` is called. Shorter than what the conductor grants, so that the reason is ours. */
export const INJECT_WITHIN_MS = 55_000;
export const RECOVER_WITHIN_MS = 28_000;

/** Every pod that some selector matches, once. */
export function allCandidates({ candidates }: Prepared): PodView[] {
  const pods = [...candidates.values()].flat().map(({ pod }) => pod);
  return [...new Map(pods.map((pod) => [pod.uid, pod])).values()];
}

/** Rejects as the first of both does. */
export function within(ms: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}
