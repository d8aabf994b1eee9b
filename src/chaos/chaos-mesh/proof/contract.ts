import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import type { Evidence } from '../../../slo/model/entry.ts';
import type { ManifestFault } from '../manifest.ts';
import type { PodView } from '../pod.ts';

/** A pod that a fault may choose, under the key that the records of its status use. */
export interface Candidate {
  key: '.' | '.Target';
  pod: PodView;
}

/** A target that the fault did choose: `id` and `selectorKey` of a record, `namespace/pod` or `namespace/pod/container`. */
export interface StruckTarget {
  id: string;
  key: '.' | '.Target';
}

/** What a proof needs to know of one fault. A Workflow has a proof for each of its faults. */
export interface ProofSetting {
  fault: ManifestFault;
  /** The object that brings the fault about: what it leaves in the pods bears its name. */
  object: { namespace: string; name: string };
  /** Every pod that the selectors match before the request, whichever of them the mode chooses later. */
  candidates: readonly Candidate[];
  kube: KubeClient;
  /** Wall clock in ms since 1970, to compare with what others stamp. */
  wallClock(): number;
  /** Resolves after that many ms, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Shows that the mechanism of one fault is at work, and afterwards that nothing of it stayed; never how the service fares.
 *
 * The driver calls `before` just before it makes the object; `during` while the fault is there, best just before the removal, and
 * puts what it brings into the experiment's evidence (`Driver.evidence`, or `tell` for one of several faults); `after` once the records
 * say that the fault is gone, before `recover` resolves.
 */
export interface MechanismProof {
  /** Takes what is compared later. Never rejects: what cannot be seen is said by `during`. Takes at most 10 s. */
  before(signal: AbortSignal): Promise<void>;
  /**
   * Takes at most 4 s. Never rejects: trouble is evidence. May be called again and again: only the last answer is to be recorded, since a
   * piece that does not hold yet (no packet has met the rule so far) refutes the fault for the judge.
   */
  during(struck: readonly StruckTarget[], signal: AbortSignal): Promise<Evidence[]>;
  /**
   * What is left in the pods. `cleared`: everything was seen to be gone; hand the evidence on from `recover`. `stays`: something is still there, or
   * whether it is could not be seen, `text` says what and what to do about it: `recover` must reject with it (exit 40) when its own
   * time is used up, and may ask again before. Only pods that still exist are looked at: a network namespace ends with its pod.
   */
  after(signal: AbortSignal): Promise<Aftermath>;
  /** Ends what is in flight. */
  close(): void;
}

/** What a fault left in the pods it struck. */
export type Aftermath = { state: 'cleared'; evidence: Evidence[] } | { state: 'stays'; text: string };

/** How proofs are made: `openProof` of `proof/proof.ts`. */
export type OpenProof = (setting: ProofSetting) => Promise<MechanismProof>;
