import { arrivalsOf, type KnownHistory } from './known-history.ts';

/** What other monitors' rules make of a history, in their own terms. Neither speaks of order or of restarts. */
export interface OthersSay {
  lost: number;
  duplicates?: number;
}

/** Both tools' default for how long a message may take. */
const IN_TIME_MS = 20_000;

/**
 * kminion's end-to-end rule, from its documentation and source: it sends the messages itself, each with an id of its own; one that does not
 * come back in time is lost, and one that comes later or again is passed over. Here it is told what was published, which a
 * subscriber cannot know.
 */
export function kminionSays({ published }: KnownHistory): OthersSay {
  const inTime = published.filter(({ madeAt, arrivals }) => arrivals.some((at) => at - madeAt <= IN_TIME_MS));
  return { lost: published.length - inTime.length };
}

/**
 * Xinfra Monitor's rule, from its documentation and source: it expects each index to be one more than the last. A higher one means that
 * what lies between is lost, a lower one is a duplicate. The first record only shows that there are some.
 */
export function xinfraSays(history: KnownHistory): OthersSay {
  const said = { lost: 0, duplicates: 0 };
  let next: number | undefined;
  for (const { batch } of arrivalsOf(history).slice(1)) {
    if (next !== undefined && batch.seq < next) said.duplicates++;
    else {
      said.lost += next === undefined ? 0 : batch.seq - next;
      next = batch.seq + 1;
    }
  }
  return said;
}
