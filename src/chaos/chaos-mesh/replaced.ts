import type { PodView } from './pod.ts';
import type { TargetRecord } from './records.ts';
import { podId } from './targets.ts';

/** What was killed, as it was before. */
export interface Killed {
  /** The pods that the selectors matched. */
  before: readonly PodView[];
  /** When the fault was made, by the server's clock: what came later may be a replacement. */
  since: string;
  records: readonly Pick<TargetRecord, 'namespace' | 'pod' | 'container'>[];
}

/** What still has to come back after a kill, a line for each; empty once everything is Ready again. */
export function missingReplacements({ before, records, since }: Killed, now: readonly PodView[]): string[] {
  const lines = records.flatMap((record) => {
    const pod = before.find((each) => podId(each) === `${record.namespace}/${record.pod}`);
    if (!pod) return [];
    const stays = now.find(({ uid }) => uid === pod.uid);
    if (record.container !== undefined && stays && !stays.leaving)
      return missingContainer(pod, stays, record.container);
    if (stays && !stays.leaving) return [`${podId(pod)} is still there`];
    return missingPods(
      pod,
      before,
      now.filter((each) => mayReplace(each, before, since)),
    );
  });
  return [...new Set(lines)];
}

/** Killed pods that nobody makes anew. */
export function nobodysPods({ before, records }: Omit<Killed, 'since'>): string[] {
  const struck = new Set(records.map(({ namespace, pod }) => `${namespace}/${pod}`));
  return before.filter((pod) => struck.has(podId(pod)) && pod.owner === undefined).map(podId);
}

/** Killed pods that came after the targets were counted: whose they were is not known. */
export function strangers({ before, records }: Omit<Killed, 'since'>): string[] {
  const known = new Set(before.map(podId));
  return [...new Set(records.map(({ namespace, pod }) => `${namespace}/${pod}`))].filter((id) => !known.has(id));
}

function missingContainer(before: PodView, now: PodView, name: string): string[] {
  const was = before.containers.find((container) => container.name === name);
  const is = now.containers.find((container) => container.name === name);
  if (is && is.restarts > (was?.restarts ?? 0) && is.ready) return [];
  return [`container ${name} of ${podId(now)} is not ready again`];
}

/** A pod of the same owner that the selectors never matched was Ready all the time, and makes up for none. */
function mayReplace(pod: PodView, before: readonly PodView[], since: string): boolean {
  if (before.some(({ uid }) => uid === pod.uid)) return true;
  return !(Date.parse(pod.created ?? '') < Date.parse(since));
}

/** As many Ready pods of the same owner as before, without the killed one. */
function missingPods(killed: PodView, before: readonly PodView[], now: readonly PodView[]): string[] {
  const { owner } = killed;
  if (owner === undefined) return [];
  const siblings = (pods: readonly PodView[]) =>
    pods.filter((pod) => pod.owner?.uid === owner.uid && pod.ready && !pod.leaving).length;
  const missing = siblings(before) - siblings(now);
  return missing > 0 ? [`${owner.kind} ${killed.namespace}/${owner.name}: ${missing} pods are not ready again`] : [];
}
