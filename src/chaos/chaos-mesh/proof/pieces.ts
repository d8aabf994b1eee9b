import type { Evidence } from '../../../slo/model/entry.ts';
import type { Candidate, StruckTarget } from './contract.ts';

/** Evidence that shows the mechanism at work, or with `false` that it is not. */
export function mechanism(holds: boolean, text: string, values?: Record<string, number>): Evidence {
  return { of: 'mechanism', holds, text, ...(values ? { values } : {}) };
}

export function note(text: string): Evidence {
  return { of: 'note', text };
}

/** Evidence that rests on Chaos Mesh's word that its rules are set in these pods (`namespace/pod`): without that word it is worth nothing. */
export interface OnItsWord {
  pods: readonly string[];
  evidence: Evidence;
}

/** Of what rests on Chaos Mesh's word, only that holds for which it was given. */
export function weigh(pieces: readonly (Evidence | OnItsWord)[], confirmed: ReadonlySet<string>): Evidence[] {
  return pieces.map((piece) => {
    if (!('pods' in piece)) return piece;
    const unconfirmed = piece.pods.filter((where) => !confirmed.has(where));
    if (unconfirmed.length === 0) return piece.evidence;
    return note(`neither the rules in ${named(unconfirmed)} nor their effect could be seen`);
  });
}

/** `namespace/pod` of a record's id, which may name a container as well. */
export function podOfId(id: string): string {
  return id.split('/').slice(0, 2).join('/');
}

export function keyOfPod({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** The candidates that were struck, each pod once. */
export function struckPods(candidates: readonly Candidate[], struck: readonly StruckTarget[]): Candidate[] {
  const wanted = new Set(struck.map(({ id, key }) => `${key} ${podOfId(id)}`));
  const known = candidates.filter(({ key, pod }) => wanted.delete(`${key} ${keyOfPod(pod)}`));
  return known;
}

/** Each pod once, whichever selectors match it. */
export function podsOf(candidates: readonly Candidate[]): Candidate['pod'][] {
  return [...new Map(candidates.map(({ pod }) => [keyOfPod(pod), pod])).values()];
}

export function nodesOf(pods: readonly { node?: string }[]): string[] {
  return [...new Set(pods.flatMap(({ node }) => node ?? []))];
}

const NAMED_LIMIT = 3;

/** The first few by name, and how many more. */
export function named(names: readonly string[]): string {
  const more = names.length - NAMED_LIMIT;
  const first = names.slice(0, more > 1 ? NAMED_LIMIT : undefined).join(', ');
  return more > 1 ? `${first} and ${more} more` : first;
}

/** What runs on a node, in a few words. */
export function podsOnNodes(pods: readonly { namespace: string; name: string; node?: string }[], node: string): string {
  return named(pods.filter((pod) => pod.node === node).map(keyOfPod));
}
