import type { KubeClient } from '../../clients/kubernetes/client.ts';
import { isAlive, readLease } from './lease.ts';
import { sleep } from './swept-pods.ts';

/** Whether a run that made something lives; why not, where that cannot be seen. */
export type Ownership = 'alive' | 'gone' | { unseen: string };

/** Looks at each lease once, whoever asks. */
export interface Owners {
  /** Whether that run still holds a lease in one of these namespaces. */
  of(run: string, namespaces: readonly string[]): Promise<Ownership>;
}

export function openOwners(kube: KubeClient, signal: AbortSignal): Owners {
  const looks = new Map<string, Promise<Ownership>>();
  const lookOnce = (run: string, namespace: string) => {
    const key = `${namespace} ${run}`;
    const look = looks.get(key) ?? lookAt(kube, run, namespace, signal);
    looks.set(key, look);
    return look;
  };
  return {
    async of(run, namespaces) {
      const seen = await Promise.all([...new Set(namespaces)].map((namespace) => lookOnce(run, namespace)));
      return seen.find((one) => one === 'alive') ?? seen.find((one) => one !== 'gone') ?? 'gone';
    },
  };
}

async function lookAt(kube: KubeClient, run: string, namespace: string, signal: AbortSignal): Promise<Ownership> {
  const lease = await readLease(kube, namespace, signal);
  if (!lease.ok) return { unseen: `the lease of ${namespace} cannot be read: ${lease.message}` };
  if (lease.value?.holder !== run) return 'gone';
  return (await isAlive(kube, namespace, lease.value, (ms) => sleep(ms, signal), signal)) ? 'alive' : 'gone';
}
