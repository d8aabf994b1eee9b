import { type Holding, isLess } from './holding.ts';

/** What another engine held when it was asked after the repeat; undefined where that could not be found out. */
export interface Asked {
  target: string;
  held: Holding | undefined;
}

/** What a repeat said about the routing. */
export type RoutingVerdict =
  | { kind: 'best' }
  /** `stale`: the engine once held it, or was to, and does not. */
  | { kind: 'misrouted'; stale: boolean; reason: string }
  | { kind: 'undecided'; reason: string };

/** Right is the engine that holds most of the prefix at that moment, not the one that once did: an engine may have evicted it, or begun anew. */
export function verdictOn(
  answered: { target: string; held: Holding; planted: boolean },
  others: readonly Asked[],
): RoutingVerdict {
  const known = others.flatMap(({ held }) => (held === undefined ? [] : [held]));
  if (known.some((held) => isLess(answered.held, held))) return misrouted(answered);
  if (known.length < others.length)
    return { kind: 'undecided', reason: 'an engine that should hold more of the prefix could not be asked' };
  if (answered.held === 'none') return { kind: 'undecided', reason: 'no engine holds the prefix any more' };
  return { kind: 'best' };
}

function misrouted({ held, planted }: { held: Holding; planted: boolean }): RoutingVerdict {
  const stale = held === 'none' && planted;
  const reason = stale
    ? 'the prefix went to an engine that does not hold it any more, though another one holds some of it'
    : 'the prefix went to an engine that holds less of it than another one';
  return { kind: 'misrouted', stale, reason };
}
