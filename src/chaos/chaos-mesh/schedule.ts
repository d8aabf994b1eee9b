import type { KubeClient, KubeObject } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { chaosResource, PAUSE_ANNOTATION } from './api.ts';
import type { ChaosMeshConfig } from './config.ts';
import { nextTick, parseCron } from './cron.ts';
import { templateOf } from './fault-object.ts';
import { findingsAt } from './lint/findings.ts';
import { checkWorkflow } from './lint/workflow.ts';
import { CHAOS_MESH_API, isFields, isOneShotManifest, type Manifest } from './manifest.ts';

/** A Schedule in the cluster and what one run of it is. */
export interface FoundSchedule {
  object: KubeObject;
  /** Of kind Schedule still. */
  manifest: Manifest;
}

/** Rejects with one line where it cannot be had. */
export async function readSchedule(
  kube: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<FoundSchedule> {
  const got = await kube.get({ resource: chaosResource('Schedule'), namespace, name }, signal);
  if (isStatus(got, 404)) throw new Error(`there is no Schedule ${namespace}/${name}`);
  if (!got.ok) throw new Error(`the Schedule ${namespace}/${name} cannot be read: ${got.message}`);
  const spec = isFields(got.value.spec) ? got.value.spec : {};
  const manifest: Manifest = { apiVersion: CHAOS_MESH_API, kind: 'Schedule', metadata: { name, namespace }, spec };
  return { object: got.value, manifest };
}

/** Where what the plan says of a Schedule is not so. */
export function disagreements(manifest: Manifest, config: ChaosMeshConfig): string[] {
  const template = templateOf(manifest);
  const name = `the Schedule ${config.schedule}`;
  const problems: string[] = [];
  const workflow = template.kind === 'Workflow';
  if (workflow && !config.workflow) problems.push(`${name} makes a Workflow: say \`workflow: true\`, and no duration`);
  if (!workflow && config.workflow) problems.push(`${name} makes a ${template.kind} and no Workflow`);
  const oneShot = isOneShotManifest(template);
  if (oneShot && !config.oneShot) problems.push(`${name} makes a fault that strikes once: say \`oneShot: true\``);
  if (!oneShot && config.oneShot) problems.push(`${name} makes a fault that lasts: leave out \`oneShot\``);
  return [...problems, ...flawsIn(template).map((flaw) => `${name}: ${flaw}`)];
}

/** Chaos Mesh has not looked at the Workflow of a Schedule, and takes one whose faults nothing would ever end. */
function flawsIn({ kind, spec }: Manifest): string[] {
  if (kind !== 'Workflow') return [];
  const findings = findingsAt([]);
  checkWorkflow(spec, ['spec', 'workflow'], findings);
  return findings.list
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** Its cron makes nothing until somebody takes the annotation away. */
export function isPaused({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[PAUSE_ANNOTATION] === 'true';
}

/** When the Schedule's own cron makes a run next, in `(fromMs, toMs]` of the wall clock; a text where it cannot be told. */
export function ownNextTick(
  { object, manifest }: FoundSchedule,
  fromMs: number,
  toMs: number,
): number | string | undefined {
  if (isPaused(object)) return undefined;
  const expression = String(manifest.spec['schedule'] ?? '');
  const cron = parseCron(expression);
  if (!cron) return `its cron expression "${expression}" cannot be read`;
  const status = isFields(object.status) ? object.status : {};
  const last = Date.parse(String(status['time'] ?? '')) || Date.parse(object.metadata.creationTimestamp ?? '');
  return nextTick(cron, Number.isFinite(last) ? last : fromMs, fromMs, toMs);
}
