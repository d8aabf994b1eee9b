import type { KubeClient } from '../../clients/kubernetes/client.ts';
import type { DriverContext, Preparation } from '../contract.ts';
import { type ChaosMeshConfig, manifestOf } from './config.ts';
import { objectOf, templateOf } from './fault-object.ts';
import type { Leases } from './lease.ts';
import { CHAOS_MESH_API, faultsOf, isFields, type Manifest, targetNamespacesOf } from './manifest.ts';
import { faultsOfOthers } from './others.ts';
import type { RunPreflight } from './preflight/contract.ts';
import { disagreements, type FoundSchedule, isPaused, ownNextTick, readSchedule } from './schedule.ts';
import { findSelf, ownerFor, type Self } from './self.ts';
import type { Prepared } from './strike.ts';

/** How long before its tick a run may begin to wait for the Schedule that it observes. */
const OBSERVE_WITHIN_MS = 45_000;

export interface PrepareSetting {
  kube: KubeClient;
  config: ChaosMeshConfig;
  context: DriverContext;
  leases: Leases;
  preflight: RunPreflight;
}

/** Looks at everything first. Only where nothing speaks against it are the leases taken; nothing else is touched. */
export async function prepareStrike(
  setting: PrepareSetting,
  signal: AbortSignal,
): Promise<{ prepared: Prepared; preparation: Preparation }> {
  const { kube, config, context } = setting;
  const self = await findSelf(kube, context.ownPod, signal);
  const source = await sourceOf(setting, signal);
  const prepared = makePrepared(source.manifest, setting, self);
  const preflight = await setting.preflight(
    {
      experiment: context.experiment,
      digest: context.digest,
      limits: context.limits,
      manifest: prepared.manifest,
      namespace: prepared.namespace,
      observed: config.observe === true,
      mayDelete: config.mayDelete === true,
    },
    { kube, wallClock: Date.now, ...(self === undefined ? {} : { self }) },
    signal,
  );
  const others = await faultsOfOthers(kube, prepared.namespaces, context.run, signal);
  const { targets, problems, facts } = preflight.preparation;
  const found = [...source.problems, ...problems, ...others.problems];
  const unseen = others.unseen.map((text) => ({ of: 'note' as const, text }));
  const lease = await takeLeases(
    setting,
    prepared,
    found.length === 0 && targets.length <= context.limits.maxTargets,
    signal,
  );
  return {
    prepared: {
      ...prepared,
      candidates: new Map(preflight.faults.map(({ fault, candidates }) => [fault, candidates])),
    },
    preparation: {
      targets,
      problems: lease === undefined ? found : [...found, lease],
      facts: [...(facts ?? []), ...unseen],
    },
  };
}

async function takeLeases(
  { leases }: PrepareSetting,
  { namespaces }: Prepared,
  fine: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  return fine ? leases.take(namespaces, signal) : undefined;
}

interface Source {
  manifest: Manifest;
  problems: string[];
}

async function sourceOf({ kube, config, context }: PrepareSetting, signal: AbortSignal): Promise<Source> {
  const manifest = manifestOf(config);
  if (manifest) return { manifest, problems: [] };
  const found = await readSchedule(kube, config.namespace!, config.schedule!, signal);
  const tick = config.observe ? observeProblem(found) : collisionProblem(found, context);
  return { manifest: found.manifest, problems: [...disagreements(found.manifest, config), ...tick] };
}

/** Its own run in the middle of ours would be a second fault. */
function collisionProblem(found: FoundSchedule, { durationMs, maxFaultMs }: DriverContext): string[] {
  const now = Date.now();
  const tick = ownNextTick(found, now, now + durationMs + maxFaultMs);
  const name = `the Schedule ${found.object.metadata.name}`;
  if (typeof tick === 'string') return [`${name}: ${tick}`];
  if (tick === undefined) return [];
  return [`${name} makes a run of its own at ${new Date(tick).toISOString()}, in the middle of this one: pause it`];
}

function observeProblem(found: FoundSchedule): string[] {
  const now = Date.now();
  const name = `the Schedule ${found.object.metadata.name}`;
  if (isPaused(found.object)) return [`${name} is paused, and makes no run to observe`];
  const tick = ownNextTick(found, now, now + OBSERVE_WITHIN_MS);
  if (typeof tick === 'string') return [`${name}: ${tick}`];
  if (tick !== undefined) return [];
  return [
    `${name} makes no run within ${OBSERVE_WITHIN_MS / 1000}s: begin the run so that its steady phase ends just before`,
  ];
}

function makePrepared(manifest: Manifest, { kube, config, context }: PrepareSetting, self: Self | undefined): Prepared {
  const namespace = manifest.metadata.namespace ?? config.namespace ?? kube.namespace;
  const object = objectOf(manifest, { naming: context, namespace, owner: ownerFor(self, namespace) });
  const made: Manifest = {
    apiVersion: CHAOS_MESH_API,
    kind: object.kind!,
    metadata: {
      ...templateOf(manifest).metadata,
      name: config.observe ? config.schedule! : object.metadata.name!,
      namespace,
    },
    spec: isFields(object.spec) ? object.spec : {},
  };
  const namespaces = targetNamespacesOf(made, namespace);
  return {
    object,
    manifest: made,
    faults: faultsOf(made),
    namespace,
    namespaces: namespaces.length > 0 ? namespaces : [namespace],
    candidates: new Map(),
  };
}
