import type { Path } from './diagnostic.ts';
import { showValue } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Problems } from './problems.ts';
import type { Registries } from './registries.ts';
import type { ListKey } from './schema/envelope.ts';

/** What every step of reading one plan shares. */
export interface Work {
  problems: Problems;
  registries: Registries;
  spec: Record<string, unknown>;
  /** The plan comes from a recorded run: what stands masked in it is nobody's mistake. */
  masked: boolean;
}

/** A thing of the plan with the place where it stands. */
export interface Placed<T> {
  value: T;
  path: Path;
}

/** A map, as YAML calls it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a list under `spec`, each with its place. */
export function entriesOf(work: Work, list: ListKey): Placed<unknown>[] {
  const entries = work.spec[list];
  return Array.isArray(entries) ? entries.map((value, index) => ({ value, path: ['spec', list, index] })) : [];
}

/** The names that a list declares, also those of entries that are wrong otherwise. */
export function namesOf(work: Work, list: ListKey): string[] {
  return entriesOf(work, list).flatMap(({ value }) =>
    isRecord(value) && typeof value['name'] === 'string' ? [value['name']] : [],
  );
}

/** Tells a name that stands twice in a list. */
export function checkDuplicates(work: Work, list: ListKey): void {
  const first = new Map<string, Path>();
  for (const { value, path } of entriesOf(work, list)) {
    const name = isRecord(value) ? value['name'] : undefined;
    if (typeof name !== 'string') continue;
    const earlier = first.get(name);
    if (!earlier) first.set(name, path);
    else
      work.problems.error([...path, 'name'], 'this name is taken', {
        found: showValue(name),
        hint: `spec.${list}[${earlier.at(-1)}] has it already`,
      });
  }
}

/** Tells a word that is not among those known; true if it is. */
export function checkKnown(work: Work, what: string, word: string, known: readonly string[], path: Path): boolean {
  if (known.includes(word)) return true;
  const meant = didYouMean(word, known);
  work.problems.error(path, `there is no ${what} of this name`, {
    found: showValue(word),
    allowed: known.length > 0 ? known.join(', ') : `none: the plan names no ${what}`,
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
  });
  return false;
}

/** Tells a plug-in type that does not exist; gives it if it does. */
export function plugInOf<T>(
  work: Work,
  what: string,
  word: unknown,
  known: ReadonlyMap<string, T>,
  path: Path,
): T | undefined {
  if (typeof word !== 'string') return undefined;
  const type = known.get(word);
  if (type) return type;
  const meant = didYouMean(word, known.keys());
  work.problems.error(path, `unknown type of ${what}`, {
    found: showValue(word),
    allowed: known.size > 0 ? [...known.keys()].sort().join(', ') : 'none in this version',
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
  });
  return undefined;
}
