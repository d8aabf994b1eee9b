import type { KubeClient, KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { Evidence } from '../../slo/model/entry.ts';
import { ABORT_ANNOTATION, chaosResource, NODE_KIND, WORKFLOW_LABEL } from './api.ts';
import { openRemoval, type Removal, type RemovalSetting, titleOf } from './remove.ts';

const LOOK_EVERY_MS = 500;

/** A webhook that is away must not keep the Workflow from being deleted. */
const ABORT_WITHIN_MS = 5_000;

/**
 * Removes a Workflow and every fault that it made: aborted first, since it makes anew what is merely deleted. Where the webhook refuses even
 * that, it is deleted all the same, which no webhook is asked about.
 */
export function openWorkflowRemoval(setting: RemovalSetting, kinds: readonly string[]): Removal {
  const { kube, ref, sleep } = setting;
  const removals = new Map<string, Removal>();
  const own = openRemoval(setting);
  let notAborted: Evidence | undefined;
  return {
    latest: own.latest,
    async run(signal) {
      notAborted = (await abort(setting, signal)) ?? notAborted;
      const evidence = [...(await own.run(signal)), ...(notAborted ? [notAborted] : [])];
      for (;;) {
        // In this order: what is left of its nodes may make one more fault, and without them nothing does.
        const goesOn = await hasNodes(kube, ref, signal);
        const children = await childrenOf(kube, ref, kinds, signal);
        if (!goesOn && children.length === 0) break;
        for (const child of children) {
          const removal =
            removals.get(child.key) ??
            openRemoval({ ...setting, kind: child.object.kind!, ref: child.ref, isOurs: () => true });
          removals.set(child.key, removal);
          evidence.push(...(await removal.run(signal)));
        }
        await sleep(LOOK_EVERY_MS, signal).catch(() =>
          Promise.reject(new Error(`${titleOf(ref)} goes on making faults`)),
        );
      }
      return [...new Set(evidence)];
    },
  };
}

/** Where that is refused, by a webhook that is away for example, deletion still ends it: what it made goes with it, or is looked for below. */
async function abort({ kube, ref, isOurs }: RemovalSetting, signal: AbortSignal): Promise<Evidence | undefined> {
  const got = await kube.get(ref, signal);
  if (!got.ok && !isStatus(got, 404)) throw new Error(`${titleOf(ref)}: ${got.message}`);
  if (!got.ok || !isOurs(got.value) || got.value.metadata.deletionTimestamp !== undefined) return undefined;
  const patch = { metadata: { annotations: { [ABORT_ANNOTATION]: 'true' } } };
  const patched = await kube.patch(ref, patch, AbortSignal.any([signal, AbortSignal.timeout(ABORT_WITHIN_MS)]));
  if (patched.ok || isStatus(patched, 404)) return undefined;
  return { of: 'finding', text: `${titleOf(ref)} could not be aborted before it was deleted: ${patched.message}` };
}

/** Its nodes stay until the faults that they made are gone. Where they may not be listed, its faults must do. */
async function hasNodes(
  kube: KubeClient,
  { namespace, name }: Pick<KubeRef, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<boolean> {
  const query = { labelSelector: `${WORKFLOW_LABEL}=${name}` };
  const listed = await kube.list({ resource: chaosResource(NODE_KIND), namespace }, query, signal);
  if (listed.ok) return listed.value.items.length > 0;
  if (isStatus(listed, 403, 404)) return false;
  throw new Error(`the nodes of the Workflow ${namespace}/${name} cannot be listed: ${listed.message}`);
}

interface ChildObject {
  key: string;
  ref: KubeRef;
  object: KubeObject;
}

/** What a Workflow has made and is still there. Rejects where that cannot be seen. */
export async function childrenOf(
  kube: KubeClient,
  { namespace, name }: Pick<KubeRef, 'namespace' | 'name'>,
  kinds: readonly string[],
  signal: AbortSignal,
): Promise<ChildObject[]> {
  const query = { labelSelector: `${WORKFLOW_LABEL}=${name}` };
  const found: ChildObject[] = [];
  for (const kind of new Set(kinds)) {
    const place = { resource: chaosResource(kind), namespace };
    const listed = await kube.list(place, query, signal);
    if (isStatus(listed, 404)) continue;
    if (!listed.ok)
      throw new Error(`the faults of the Workflow ${namespace}/${name} cannot be listed: ${listed.message}`);
    for (const object of listed.value.items)
      found.push({
        key: object.metadata.uid ?? '',
        ref: { ...place, name: object.metadata.name ?? '' },
        object: { ...object, kind },
      });
  }
  return found;
}
