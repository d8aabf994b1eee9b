import type { KubeMetadata, KubeObject } from '../../clients/kubernetes/client.ts';
import type { DriverContext } from '../contract.ts';
import { EXPERIMENT_LABEL, MANAGED_BY_LABEL, PLAN_LABEL, RUN_LABEL } from './api.ts';
import {
  CHAOS_MESH_API,
  type Fields,
  faultsOf,
  isFields,
  isOneShotFault,
  type Manifest,
  specKeyOf,
} from './manifest.ts';
import { labelValue, objectName } from './names.ts';

/** What the object's own end waits for besides the experiment: the injection may take so long, and then some. */
const INJECTION_MS = 60_000;
const MARGIN_MS = 30_000;

export type Naming = Pick<DriverContext, 'run' | 'plan' | 'experiment' | 'digest' | 'durationMs' | 'maxFaultMs'>;

export interface ObjectSetting {
  naming: Naming;
  /** Where the object goes if its manifest does not say. */
  namespace: string;
  /** The Job that we are, if the object may be collected with it. */
  owner?: NonNullable<KubeMetadata['ownerReferences']>[number] | undefined;
}

/** What a manifest stands for: a Schedule for one run of its template. */
export function templateOf(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Schedule') return manifest;
  const kind = String(manifest.spec['type'] ?? '');
  const key = kind === 'Workflow' ? 'workflow' : specKeyOf(kind);
  const spec = manifest.spec[key];
  return { ...manifest, kind, spec: isFields(spec) ? spec : {} };
}

/** The object that an experiment makes: the manifest's fault under our name and labels, and bounded by the server. */
export function objectOf(manifest: Manifest, setting: ObjectSetting): KubeObject {
  const { kind, metadata, spec } = templateOf(manifest);
  return {
    apiVersion: CHAOS_MESH_API,
    kind,
    metadata: metadataOf(metadata, setting),
    spec: boundedSpec(kind, structuredClone(spec), setting.naming),
  };
}

function metadataOf(metadata: Manifest['metadata'], { naming, namespace, owner }: ObjectSetting): KubeMetadata {
  const { [MANAGED_BY_LABEL]: _, ...labels } = metadata.labels ?? {};
  const { run, plan, experiment, digest } = naming;
  return {
    name: objectName(run, experiment),
    namespace: metadata.namespace ?? namespace,
    labels: {
      ...labels,
      [RUN_LABEL]: labelValue(run),
      [PLAN_LABEL]: labelValue(plan),
      [EXPERIMENT_LABEL]: labelValue(experiment),
    },
    annotations: {
      ...metadata.annotations,
      [RUN_LABEL]: run,
      [PLAN_LABEL]: plan,
      [EXPERIMENT_LABEL]: experiment,
      'steadfast/digest': digest,
    },
    ...(owner === undefined ? {} : { ownerReferences: [owner] }),
  };
}

/** A Workflow's faults are bounded by their deadlines; a fault that strikes once has no end. */
function boundedSpec(kind: string, spec: Fields, { durationMs, maxFaultMs }: Naming): Fields {
  if (kind === 'Workflow') return spec;
  const { duration: _, ...rest } = spec;
  const [fault] = faultsOf({ apiVersion: CHAOS_MESH_API, kind, metadata: {}, spec });
  if (fault && isOneShotFault(fault)) return rest;
  const ms = Math.min(durationMs + INJECTION_MS, Math.max(maxFaultMs, durationMs)) + MARGIN_MS;
  return { ...rest, duration: `${Math.ceil(ms / 1000)}s` };
}
