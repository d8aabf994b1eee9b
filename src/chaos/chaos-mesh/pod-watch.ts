import { type KubeClient, RESOURCES } from '../../clients/kubernetes/client.ts';
import type { DriverContext } from '../contract.ts';
import type { ManifestFault } from './manifest.ts';
import { type PodView, readPod } from './pod.ts';
import { podId } from './targets.ts';
import { createWaiting } from './waiting.ts';

const TOLD_LIMIT = 50;

/** The pods of the namespaces in which a fault acts, followed while it is there. */
export interface PodWatch {
  pods(): PodView[];
  /** From now on these pods are targets: what happens to them is told. */
  struck(ids: ReadonlySet<string>): void;
  until<Seen>(look: (pods: PodView[]) => Seen | undefined, signal: AbortSignal): Promise<Seen>;
  close(): Promise<void>;
}

export interface PodWatchSetting {
  kube: KubeClient;
  namespaces: readonly string[];
  faults: readonly ManifestFault[];
  /** True for pods that the selectors would find. */
  selects(pod: PodView): boolean;
  context: Pick<DriverContext, 'tell' | 'log'>;
}

export function watchPods({ kube, namespaces, faults, selects, context }: PodWatchSetting): PodWatch {
  const over = new AbortController();
  const pods = new Map<string, PodView>();
  const restarts = new Map<string, number>();
  const waiting = createWaiting();
  const expectsEnds = faults.some(({ kind }) => kind === 'PodChaos');
  let targets: ReadonlySet<string> | undefined;
  let told = 0;

  const tell = (text: string, finding: boolean) => {
    if (told++ >= TOLD_LIMIT) return;
    context.tell({ state: 'observed', evidence: [{ of: finding ? 'finding' : 'note', text }] });
  };
  const lookAtRestarts = (pod: PodView) => {
    for (const { name, restarts: count } of pod.containers) {
      const key = `${pod.uid}/${name}`;
      const before = restarts.get(key);
      restarts.set(key, count);
      if (before === undefined || count <= before || !targets?.has(podId(pod))) continue;
      tell(`container ${name} of target ${podId(pod)} was restarted (${count} times by now)`, false);
    }
  };
  const arrived = (pod: PodView) => {
    const isNew = !pods.has(pod.uid);
    pods.set(pod.uid, pod);
    lookAtRestarts(pod);
    if (isNew && targets && selects(pod)) tell(`${podId(pod)} came later: the fault does not act on it`, false);
  };
  const left = (pod: PodView) => {
    if (!pods.delete(pod.uid) || !targets?.has(podId(pod))) return;
    tell(`target ${podId(pod)} is gone${expectsEnds ? '' : ', and the fault with it'}`, !expectsEnds);
  };

  const following = namespaces.map((namespace) =>
    kube.follow(
      { resource: RESOURCES.pods, namespace },
      { trouble: ({ message }) => context.log.warn({ namespace, trouble: message }, 'pods cannot be followed') },
      ({ kind, object }) => {
        if (kind === 'gone') left(readPod(object));
        else arrived(readPod(object));
        waiting.changed();
      },
      over.signal,
    ),
  );
  return {
    pods: () => [...pods.values()],
    struck(ids) {
      targets = ids;
    },
    until: (look, signal) => waiting.until(() => look([...pods.values()]), AbortSignal.any([signal, over.signal])),
    async close() {
      over.abort(new Error('pods are not followed any more'));
      await Promise.all(following);
    },
  };
}
