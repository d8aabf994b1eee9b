import type { FollowOptions, KubeChange, KubeList, KubePlace, KubeResult, KubeTrouble, ListQuery } from './client.ts';
import { slept } from './retry.ts';
import { createSightings, type Sightings } from './sightings.ts';
import type { WatchEvent } from './watch.ts';

/** How `follow` reaches the server. */
export interface FollowWays {
  list(signal: AbortSignal): Promise<KubeResult<KubeList>>;
  watch(
    place: KubePlace,
    query: ListQuery & { resourceVersion: string },
    happened: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<KubeTrouble | undefined>;
}

const LOOK_EVERY_MS = 5_000;

/** While no watch brings the changes. */
const LOOK_ALONE_EVERY_MS = 1_000;

/** What a look shows must come by the watch as well, by then. */
const WATCH_LAG_MS = 500;

/** Tells of everything there is and of each change, by a watch and by looking besides, until the signal aborts. */
export async function follow(
  ways: FollowWays,
  place: KubePlace,
  options: FollowOptions,
  changed: (change: KubeChange) => void,
  signal: AbortSignal,
): Promise<void> {
  /** When the last look began of which everything was told; it is another look that tells of a change while `looking`. */
  let toldUntil = performance.now();
  let looking = false;
  const sightings = createSightings((change) =>
    changed(looking ? { ...change, lateByMs: performance.now() - toldUntil } : change),
  );
  const tell = onceEach(options);
  let watching: Watching | undefined;
  while (!signal.aborted) {
    const began = performance.now();
    const listed = await ways.list(signal);
    if (signal.aborted) break;
    if (!listed.ok) tell('look', listed);
    else {
      tell('look', undefined);
      looking = true;
      const news = sightings.look(listed.value);
      looking = false;
      toldUntil = began;
      if (watching && news !== undefined && (await isSilent(sightings, news, watching, signal))) {
        tell('watch', { ok: false, code: 'timeout', message: 'the watch has gone silent: opened anew' });
        watching.end();
      }
      if (!watching || watching.over.aborted)
        watching = startWatch(
          ways,
          place,
          { ...options, resourceVersion: listed.value.resourceVersion },
          sightings,
          tell,
          signal,
        );
    }
    await pause(options, watching, signal);
  }
  watching?.end();
}

interface Watching {
  /** Aborted when the watch is over, by whatever. */
  over: AbortSignal;
  end(): void;
}

function startWatch(
  ways: FollowWays,
  place: KubePlace,
  { labelSelector, fieldSelector, resourceVersion }: ListQuery & { resourceVersion: string },
  sightings: Sightings,
  tell: Tell,
  signal: AbortSignal,
): Watching {
  const over = new AbortController();
  const query = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    resourceVersion,
  };
  const happened = (event: WatchEvent) => {
    if (!over.signal.aborted) sightings.happened(event);
  };
  void ways.watch(place, query, happened, AbortSignal.any([signal, over.signal])).then((trouble) => {
    if (trouble?.code !== 'aborted' && trouble?.status !== 410) tell('watch', trouble);
    over.abort();
  });
  return { over: over.signal, end: () => over.abort() };
}

/** A look has shown something that the watch should have brought. */
async function isSilent(sightings: Sightings, news: bigint, watching: Watching, signal: AbortSignal): Promise<boolean> {
  if (sightings.watchedUpTo() >= news) return false;
  await slept(WATCH_LAG_MS, AbortSignal.any([signal, watching.over]));
  return !watching.over.aborted && sightings.watchedUpTo() < news;
}

async function pause(
  { lookEveryMs }: FollowOptions,
  watching: Watching | undefined,
  signal: AbortSignal,
): Promise<void> {
  const everyMs = lookEveryMs ?? LOOK_EVERY_MS;
  if (!(await slept(Math.min(LOOK_ALONE_EVERY_MS, everyMs), signal))) return;
  if (!watching || watching.over.aborted || everyMs <= LOOK_ALONE_EVERY_MS) return;
  await slept(everyMs - LOOK_ALONE_EVERY_MS, AbortSignal.any([signal, watching.over]));
}

type Tell = (way: 'look' | 'watch', trouble: KubeTrouble | undefined) => void;

/** The same trouble is told once, until it was over in between: a look that succeeds says nothing of a watch that is refused. */
function onceEach({ trouble: told }: FollowOptions): Tell {
  const last: { look?: string | undefined; watch?: string | undefined } = {};
  return (way, trouble) => {
    const known = Object.values(last).includes(trouble?.message);
    if (trouble && !known && trouble.code !== 'aborted') told?.(trouble);
    last[way] = trouble?.message;
  };
}
