import type { KubeResource } from '../../clients/kubernetes/client.ts';
import { KNOWN_KINDS, OTHER_KINDS, pluralOf } from './manifest.ts';

/** Labels and annotations by which objects of ours are known. */
export const RUN_LABEL = 'steadfast/run';
export const PLAN_LABEL = 'steadfast/plan';
export const EXPERIMENT_LABEL = 'steadfast/experiment';

/** What Chaos Mesh puts on the objects that its Workflows and Schedules make. */
export const WORKFLOW_LABEL = 'chaos-mesh.org/workflow';
/** What a Workflow makes of its templates. */
export const NODE_KIND = 'WorkflowNode';
export const NODE_LABEL = 'chaos-mesh.org/controlled-by';
export const MANAGED_BY_LABEL = 'managed-by';

export const FORCE_ANNOTATION = 'chaos-mesh.chaos-mesh.org/cleanFinalizer';
export const ABORT_ANNOTATION = 'workflow.chaos-mesh.org/abort';
export const PAUSE_ANNOTATION = 'experiment.chaos-mesh.org/pause';

/** The collection of a kind of Chaos Mesh. */
export function chaosResource(kind: string): KubeResource {
  return { group: 'chaos-mesh.org', version: 'v1alpha1', plural: pluralOf(kind), namespaced: true };
}

/** Every kind of object that a run of ours may have made. */
export const MADE_KINDS: readonly string[] = [...KNOWN_KINDS, ...OTHER_KINDS, 'Workflow'];
