import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import { type Daemons, findDaemons } from '../proof/daemon/find.ts';
import { openDaemonEyes } from '../proof/daemon/look.ts';

/** What the daemons show, each asked once: a busy one takes many seconds. */
export interface DaemonSights {
  find(signal: AbortSignal): Promise<Daemons>;
  /** Why those of some nodes show nothing; nothing where all do. */
  troubles(nodes: readonly string[], signal: AbortSignal): Promise<string[]>;
  close(): void;
}

const LOOK_MS = 20_000;

export function openDaemonSights(kube: KubeClient): DaemonSights {
  const eyes = openDaemonEyes(kube);
  let found: Promise<Daemons> | undefined;
  const looks = new Map<string, Promise<string[]>>();
  const lookAt = async (node: string, signal: AbortSignal) => (await eyes.look([node], LOOK_MS, signal)).troubles;
  const lookOnce = (node: string, signal: AbortSignal) => {
    const look = looks.get(node) ?? lookAt(node, signal);
    looks.set(node, look);
    return look;
  };
  return {
    find(signal) {
      found ??= findDaemons(kube, signal);
      return found;
    },
    async troubles(nodes, signal) {
      return (await Promise.all(nodes.map((node) => lookOnce(node, signal)))).flat();
    },
    close: () => eyes.close(),
  };
}
