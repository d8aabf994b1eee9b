import { createHash } from 'node:crypto';
import type { PodNetwork } from './pod-network.ts';

type Networks = ReadonlyMap<string, PodNetwork>;

/**
 * What of one fault is at work in the pods, without the rules of others that are there at the same time. Chaos Mesh names chains and sets of
 * addresses after the fault. Where nothing bears its name, they are named in another way, and all rules count.
 */
export function rulesOf(object: string, pods: Networks): Networks {
  const mark = markOf(object);
  const bears = (rules: ReadonlyMap<string, number>) => [...rules.keys()].some((rule) => rule.includes(mark));
  if (![...pods.values()].some(({ dropped, shaped }) => bears(dropped) || bears(shaped))) return pods;
  const own = (rules: ReadonlyMap<string, number>) => new Map([...rules].filter(([rule]) => rule.includes(mark)));
  return new Map(
    [...pods].map(([pod, network]) => [
      pod,
      { ...network, dropped: own(network.dropped), shaped: own(network.shaped) },
    ]),
  );
}

/** How a name begins in those of chains and sets: five characters, and of the rest a hash, which is cut off at various lengths. */
function markOf(object: string): string {
  if (object.length < 6) return `${object}_`;
  const rest = createHash('sha256').update(object.slice(5)).digest('hex');
  return `${object.slice(0, 5)}_${rest.slice(0, 10)}`;
}
