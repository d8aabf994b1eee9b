import type { Manifest } from '../manifest.ts';
import type { PodView } from '../pod.ts';
import type { Candidates } from '../targets.ts';
import type { CheckContext, CheckedExperiment } from './contract.ts';

/** What every check looks at. */
export interface Subject extends CheckedExperiment, CheckContext {
  /** Where the fault acts. */
  namespaces: readonly string[];
  /** By selector of each fault. Empty where the pods could not be listed. */
  selected: readonly Candidates[];
  /** Each pod that may be struck, once. */
  pods: readonly PodView[];
}

/** True where some fault of the manifest is of this kind. */
export function hasKind({ selected }: Subject, ...kinds: string[]): boolean {
  return selected.some(({ fault }) => kinds.includes(fault.kind));
}

/** Where Chaos Mesh itself must work on the pods' nodes. Pods are killed and replaced by way of the API alone. */
export function needsDaemon({ selected }: Pick<Subject, 'selected'>): boolean {
  return selected.some(({ fault }) => fault.kind !== 'PodChaos' || fault.action === 'container-kill');
}

/** What a person calls the manifest. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name ?? ''}`.trim();
}
