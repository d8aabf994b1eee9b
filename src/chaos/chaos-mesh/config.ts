import * as z from 'zod';
import { CHAOS_MESH_API, isFields, isManifest, isOneShotManifest, type Manifest, madeKindOf } from './manifest.ts';

/** What belongs together, and what does not. */
export const chaosMeshConfig = z.lazy(() =>
  fields().superRefine((config, context) => {
    const refuse = (key: keyof Fields, message: string, below: string[] = []) =>
      context.addIssue({ code: 'custom', path: [key, ...below], message });
    const { manifest, schedule } = config;
    if ((manifest === undefined) === (schedule === undefined))
      refuse(schedule === undefined ? 'manifest' : 'schedule', 'one of `manifest` and `schedule` says what to break');
    if (typeof manifest === 'string') refuse('manifest', 'the file was not read: give its path, or the object itself');
    else if (manifest !== undefined && !isManifest(manifest)) refuse('manifest', OBJECT, strangeIn(manifest));
    for (const key of OF_A_SCHEDULE)
      if (schedule === undefined && config[key] !== undefined) refuse(key, 'belongs to `schedule`');
    if (schedule !== undefined && config.namespace === undefined)
      refuse('namespace', 'say in which namespace the Schedule is');
    if (config.oneShot && config.workflow) refuse('oneShot', 'a Workflow ends by itself instead');
    if (config.mayDelete && !config.observe)
      refuse('mayDelete', 'what `observe` does not watch is our own, and is deleted');
  }),
);

const OBJECT = `expected an object of ${CHAOS_MESH_API} with kind, metadata and spec`;

/** Where it is not what it should be; what is missing is missed in the object itself. */
function strangeIn(manifest: Record<string, unknown>): string[] {
  const { apiVersion, kind, metadata, spec } = manifest;
  if (apiVersion !== undefined && apiVersion !== CHAOS_MESH_API) return ['apiVersion'];
  if (kind !== undefined && typeof kind !== 'string') return ['kind'];
  if (metadata !== undefined && !isFields(metadata)) return ['metadata'];
  return spec !== undefined && !isFields(spec) ? ['spec'] : [];
}

const OF_A_SCHEDULE = ['namespace', 'oneShot', 'workflow', 'observe', 'mayDelete'] as const;

type Fields = z.infer<ReturnType<typeof fields>>;

export type ChaosMeshConfig = Fields;

function fields() {
  return z.strictObject({
    manifest: z
      .union([z.string().min(1), z.record(z.string(), z.unknown())])
      .describe('A Chaos Mesh object, or the path of a YAML file that holds one, relative to the plan')
      .optional(),
    schedule: z
      .string()
      .min(1)
      .describe('Name of a Schedule in the cluster: one run is made from its template')
      .optional(),
    namespace: z.string().min(1).describe('Where the Schedule is').optional(),
    oneShot: z
      .literal(true)
      .describe(
        'The Schedule makes a fault that strikes once (pod-kill, container-kill), so the plan gives no duration',
      )
      .optional(),
    workflow: z
      .literal(true)
      .describe('The Schedule makes a Workflow, which ends by itself, so the plan gives no duration')
      .optional(),
    observe: z
      .literal(true)
      .describe('Makes nothing: waits for the run that the Schedule makes by its own cron')
      .optional(),
    mayDelete: z
      .literal(true)
      .describe('With `observe`: on an abort the observed run is deleted; without this it is left to end by itself')
      .optional(),
    kubeconfig: z
      .string()
      .min(1)
      .describe('Path of a kubeconfig; default `KUBECONFIG`, `~/.kube/config`, then the service account of the pod')
      .optional(),
    context: z.string().min(1).describe('A context of that kubeconfig; default its current one').optional(),
  });
}

/** What the plan gives, once it has passed its schema. */
export function manifestOf({ manifest }: ChaosMeshConfig): Manifest | undefined {
  return isManifest(manifest) ? manifest : undefined;
}

/** True where the plan gives no duration, because the fault has an end of its own. */
export function endsByItself(config: ChaosMeshConfig): boolean {
  const manifest = manifestOf(config);
  return (
    config.workflow === true || config.observe === true || (manifest && madeKindOf(manifest) === 'Workflow') === true
  );
}

/** True where the fault strikes once. */
export function isOneShot(config: ChaosMeshConfig): boolean {
  if (endsByItself(config)) return false;
  const manifest = manifestOf(config);
  return manifest ? isOneShotManifest(manifest) : config.oneShot === true;
}
