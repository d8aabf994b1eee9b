import type { KubeChange, KubeList, KubeObject } from './client.ts';
import type { WatchEvent } from './watch.ts';

/** What was seen of a collection. Looks and a watch overtake one another: an older sight never undoes a newer one. */
export interface Sightings {
  /** Takes in all that a list shows. Returns the newest version in it that was news, `undefined` where nothing was. */
  look(list: KubeList): bigint | undefined;
  happened(event: WatchEvent): void;
  /** The newest version that a watch has brought. */
  watchedUpTo(): bigint;
}

export function createSightings(changed: (change: KubeChange) => void): Sightings {
  const present = new Map<string, KubeObject>();
  const gone = new Map<string, bigint>();
  let watched = -1n;

  const arrive = (object: KubeObject): boolean => {
    const key = keyOf(object);
    const known = present.get(key);
    const version = versionOf(object);
    if (known && versionOf(known) >= version) return false;
    if ((gone.get(key) ?? -1n) >= version) return false;
    present.set(key, object);
    changed({ kind: 'present', object });
    return true;
  };
  const leave = (key: string, object: KubeObject, version: bigint) => {
    if (!present.delete(key)) return;
    gone.set(key, version);
    changed({ kind: 'gone', object });
  };

  return {
    look({ items, resourceVersion }) {
      const listedAt = toVersion(resourceVersion);
      const news = items.filter(arrive).map(versionOf);
      const keys = new Set(items.map(keyOf));
      for (const [key, object] of [...present])
        if (!keys.has(key) && versionOf(object) <= listedAt) {
          leave(key, object, listedAt);
          news.push(listedAt);
        }
      return news.length === 0 ? undefined : news.reduce((one, other) => (one > other ? one : other));
    },
    happened({ type, object }) {
      const version = versionOf(object);
      if (version > watched) watched = version;
      if (type === 'DELETED') leave(keyOf(object), object, version);
      else if (type !== 'BOOKMARK') arrive(object);
    },
    watchedUpTo: () => watched,
  };
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
}

function versionOf({ metadata }: KubeObject): bigint {
  return toVersion(metadata.resourceVersion);
}

/** Resource versions are numbers that grow, in every API server there is. */
function toVersion(text: string | undefined): bigint {
  return text !== undefined && /^\d{1,30}$/.test(text) ? BigInt(text) : 0n;
}
