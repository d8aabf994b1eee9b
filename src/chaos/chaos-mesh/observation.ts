import type { KubeClient, KubeObject, KubeRef, KubeTrouble } from '../../clients/kubernetes/client.ts';
import { createWaiting } from './waiting.ts';

/** One object, followed as it changes. */
export interface Observation {
  /** As it was seen last, also when it is gone. */
  latest(): KubeObject | undefined;
  /** True once it was seen, and then was there no more. */
  gone(): boolean;
  /** Looks at each change until there is something to see. Rejects when the signal aborts or the observation is closed. */
  until<Seen>(look: () => Seen | undefined, signal: AbortSignal): Promise<Seen>;
  close(): Promise<void>;
}

/** `changed` is called on each change, until the observation is closed. */
export function observe(
  kube: KubeClient,
  { name, ...place }: KubeRef,
  { trouble, changed }: { trouble(trouble: KubeTrouble): void; changed?(): void },
): Observation {
  const waiting = createWaiting();
  const over = new AbortController();
  let latest: KubeObject | undefined;
  let gone = false;
  const following = kube.follow(
    place,
    { fieldSelector: `metadata.name=${name}`, trouble },
    ({ kind, object }) => {
      latest = object;
      gone = kind === 'gone';
      changed?.();
      waiting.changed();
    },
    over.signal,
  );
  return {
    latest: () => latest,
    gone: () => gone,
    until: (look, signal) => waiting.until(look, AbortSignal.any([signal, over.signal])),
    async close() {
      over.abort(new Error('the observation was closed'));
      await following;
    },
  };
}
