import type { Watched } from './config.ts';
import { findCoordinators } from './coordinators.ts';
import { Groups } from './groups.ts';
import { type GroupLook, type Look, lowestCommits } from './look.ts';
import type { Requests } from './requests.ts';
import { addOffsets, EARLIEST, LATEST, type Layout, readCompacted, readLayout } from './topics.ts';

/** How many looks the answer on compaction holds for: topics hardly ever change that. */
const LOOKS_PER_COMPACTION = 300;

/** Looks at offsets and groups: four rounds of requests, in each of them at most one of a kind to a broker. */
export class Looking {
  readonly #topics: readonly string[];
  readonly #watched: readonly Watched[];
  readonly #groups: Groups;
  #looks = 0;
  #compacted: ReadonlySet<string> = new Set();

  constructor(watched: readonly Watched[]) {
    this.#watched = watched;
    this.#topics = [...new Set(watched.flatMap(({ topics }) => topics))];
    this.#groups = new Groups(watched);
  }

  /**
   * Committed offsets are read before end offsets: the other way round a fast consumer would seem to be ahead of the end, and the lag
   * too small.
   */
  async look(requests: Requests): Promise<Look> {
    const names = this.#watched.map(({ group }) => group);
    const [layout, coordinators] = await Promise.all([
      readLayout(requests, this.#topics),
      findCoordinators(requests, names),
    ]);
    const [groups] = await Promise.all([
      this.#groups.read(requests, coordinators, numbersOf(layout)),
      this.#learnCompacted(requests),
    ]);
    await addOffsets(requests, layout, [...layout.partitions.keys()], LATEST);
    await addOffsets(requests, layout, keysMaybeGone(layout, groups), EARLIEST);
    return { ...layout, groups, compacted: this.#compacted };
  }

  async #learnCompacted(requests: Requests): Promise<void> {
    if (this.#looks++ % LOOKS_PER_COMPACTION !== 0) return;
    try {
      this.#compacted = await readCompacted(requests, this.#topics);
    } catch {
      this.#looks = 0;
    }
  }
}

function numbersOf({ partitions }: Layout): Map<string, number[]> {
  const byTopic = Map.groupBy(partitions.values(), ({ topic }) => topic);
  return new Map([...byTopic].map(([topic, looks]) => [topic, looks.map(({ partition }) => partition)]));
}

/** Partitions of which a group may want a record that is no longer kept. */
function keysMaybeGone({ partitions }: Layout, groups: readonly GroupLook[]): string[] {
  const lowest = lowestCommits(groups);
  const commits = countEach(groups.flatMap(({ committed }) => [...committed.keys()]));
  const readers = countEach(groups.flatMap(({ topics }) => topics));
  return [...partitions].flatMap(([key, { topic, end }]) => {
    if (end === undefined) return [];
    const oneWithout = (commits.get(key) ?? 0) < (readers.get(topic) ?? 0);
    return (oneWithout && end > 0) || (lowest.get(key) ?? end) < end ? [key] : [];
  });
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
