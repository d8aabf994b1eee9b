import { blocksOf } from '../tokens.ts';
import type { Defects } from './defects.ts';
import type { EnginePod } from './pods.ts';
import type { PrefixIndex } from './prefix-index.ts';
import type { RoutingMetrics } from './routing-metrics.ts';

export interface Route {
  pod: EnginePod;
  /** How many blocks of the prompt the pod is known to hold. */
  matchedBlocks: number;
  /** To be called when the request has been answered. */
  done: () => void;
}

export interface RouterOptions {
  pods: () => readonly EnginePod[];
  index: PrefixIndex;
  defects: Defects;
  metrics: RoutingMetrics;
}

/** Chooses the engine that holds the longest prefix of a prompt; among equals the one with fewest requests in flight. */
export function createRouter({ pods, index, defects, metrics }: RouterOptions) {
  const inFlight = new Map<string, number>();
  const load = ({ key }: EnginePod) => inFlight.get(key) ?? 0;

  function take(pod: EnginePod, matchedBlocks: number): Route {
    inFlight.set(pod.key, load(pod) + 1);
    let open = true;
    const done = () => {
      if (open) inFlight.set(pod.key, load(pod) - 1);
      open = false;
    };
    return { pod, matchedBlocks, done };
  }

  return (tokens: readonly number[]): Route | undefined => {
    const began = performance.now();
    const ready = shuffled(pods());
    const candidates = leastLoadedIfUneven(ready, load);
    if (candidates.length < ready.length) metrics.imbalanced();
    const matches = index.match(tokens, new Set(candidates.map(({ key }) => key)));
    const matched = ({ key }: EnginePod) => matches.get(key) ?? 0;
    const [best] = candidates.toSorted((a, b) => matched(b) - matched(a) || load(a) - load(b));
    if (best === undefined) return void metrics.failed('no_target_pod');
    if (defects.learnFromRouting) index.assume(best.key, tokens);
    metrics.decided(matched(best) / Math.max(1, blocksOf(tokens).length), (performance.now() - began) / 1_000);
    return take(best, matched(best));
  };
}

const unevenFactor = 2;
const unevenGap = 8;

/** When one engine has far more requests than the others, only those with fewest are considered. */
function leastLoadedIfUneven(pods: readonly EnginePod[], load: (pod: EnginePod) => number): readonly EnginePod[] {
  const loads = pods.map(load);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  const mean = loads.reduce((sum, each) => sum + each, 0) / loads.length;
  const uneven = most > unevenFactor * (mean + 1) && most - least >= unevenGap;
  return uneven ? pods.filter((pod) => load(pod) === least) : pods;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
