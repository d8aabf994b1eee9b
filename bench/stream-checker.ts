import { found } from '../test/probes/zmq-kv-events/check-history.ts';
import { knownHistory, truthOf } from '../test/probes/zmq-kv-events/known-history.ts';
import { kminionSays, xinfraSays } from '../test/probes/zmq-kv-events/other-rules.ts';

/** In how many of the same histories each set of rules counts exactly. */
export interface StreamChecking {
  histories: number;
  batches: number;
  /** Every count: lost, recovered, late, duplicates, restarts and delayed. */
  exact: number;
  /** What never came live, whatever a replay brought later. */
  exactLosses: { kminion: number; xinfra: number };
  exactDuplicates: { xinfra: number };
  /** Seeds of histories in which one of our counts was wrong. */
  wrongSeeds: number[];
}

export async function benchStreamChecker(histories: number): Promise<StreamChecking> {
  const result: StreamChecking = {
    histories,
    batches: 0,
    exact: 0,
    exactLosses: { kminion: 0, xinfra: 0 },
    exactDuplicates: { xinfra: 0 },
    wrongSeeds: [],
  };
  for (let seed = 1; seed <= histories; seed++) await checkOne(seed, result);
  return result;
}

async function checkOne(seed: number, result: StreamChecking): Promise<void> {
  const history = knownHistory(seed);
  const truth = truthOf(history);
  const ours = await found(history);
  result.batches += history.published.length;
  if (JSON.stringify(ours) === JSON.stringify(truth)) result.exact++;
  else result.wrongSeeds.push(seed);
  const missed = truth.lost + truth.recovered;
  const xinfra = xinfraSays(history);
  if (kminionSays(history).lost === missed) result.exactLosses.kminion++;
  if (xinfra.lost === missed) result.exactLosses.xinfra++;
  if (xinfra.duplicates === truth.duplicates) result.exactDuplicates.xinfra++;
}
