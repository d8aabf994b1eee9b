import { middle, type Outage, trueLengthMs } from './outage.ts';

/** One look at one target, on the run's clock. */
export interface Look {
  at: number;
  ok: boolean;
}

/** What a tool that looks now and then made of the outages: how many it saw, and by how much the lengths that it tells are wrong. */
export interface Sightings {
  seen: number;
  errorsMs: number[];
}

/** A look that began before the outage or just after it can have met it. */
const BEFORE_MS = 1100;
const AFTER_MS = 600;

/** The length as one reads it off a graph or a journal: from the first look that failed to the first that did not any more. */
export function sightingsOf(outages: readonly Outage[], looksAt: readonly (readonly Look[])[]): Sightings {
  const sightings: Sightings = { seen: 0, errorsMs: [] };
  for (const outage of outages) {
    const [from, to] = [middle(outage.began!) - BEFORE_MS, middle(outage.ended!) + AFTER_MS];
    const looks = looksAt[outage.target]!.toSorted((a, b) => a.at - b.at);
    const failed = looks.find(({ at, ok }) => !ok && at >= from && at <= to);
    const worked = failed && looks.find(({ at, ok }) => ok && at > failed.at);
    if (!failed || !worked) continue;
    sightings.seen++;
    sightings.errorsMs.push(Math.abs(worked.at - failed.at - trueLengthMs(outage)));
  }
  return sightings;
}
