import type { ContainerState } from '../lib/pods/pod.ts';

/** What has become of a container since the look before. */
export interface ContainerNews {
  restarts: number;
  oomKilled: number;
  /** Runs that ended, of which nobody can say any more how: Kubernetes remembers the last one only. */
  unseen: number;
}

interface Remembered {
  restarts: number;
  ended: number;
  ids: ReadonlySet<string>;
}

/** Remembers containers from one look to the next. */
export class ContainerHistory {
  #containers = new Map<string, Remembered>();

  /** Takes in everything that a look shows and gives the news by pod. In the first look nothing is news. */
  see(pods: readonly { uid: string; containers: readonly ContainerState[] }[], isFirst: boolean): ContainerNews[] {
    const before = this.#containers;
    this.#containers = new Map();
    return pods.map(({ uid, containers }) =>
      sum(
        containers.map((container) => {
          const key = `${uid}/${container.name}`;
          const now = remember(container);
          this.#containers.set(key, now);
          return isFirst ? NOTHING : newsOf(container, now, before.get(key) ?? NEVER_RAN);
        }),
      ),
    );
  }
}

const NOTHING: ContainerNews = { restarts: 0, oomKilled: 0, unseen: 0 };
const NEVER_RAN: Remembered = { restarts: 0, ended: 0, ids: new Set() };

function remember({ restarts, running, ended }: ContainerState): Remembered {
  const justEnded = !running && ended.length > 0 ? 1 : 0;
  return { restarts, ended: restarts + justEnded, ids: new Set(ended.map(({ id }) => id)) };
}

function newsOf({ ended }: ContainerState, now: Remembered, before: Remembered): ContainerNews {
  const fresh = [...new Map(ended.map((run) => [run.id, run])).values()].filter(({ id }) => !before.ids.has(id));
  return {
    restarts: Math.max(0, now.restarts - before.restarts),
    oomKilled: fresh.filter(({ reason }) => reason === 'OOMKilled').length,
    unseen: Math.max(0, now.ended - before.ended - fresh.length),
  };
}

function sum(news: readonly ContainerNews[]): ContainerNews {
  return news.reduce(
    (all, each) => ({
      restarts: all.restarts + each.restarts,
      oomKilled: all.oomKilled + each.oomKilled,
      unseen: all.unseen + each.unseen,
    }),
    NOTHING,
  );
}
