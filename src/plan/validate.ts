import type * as z from 'zod';
import { type Path, showValue } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import { wordIssue } from './issue-text.ts';
import { MASK } from './mask.ts';
import type { Problems } from './problems.ts';
import { keysAt } from './schema-walk.ts';

// Code made for a schema pays off after thousands of values; a plan is read once, and its check is to start fast.
const WITHOUT_MADE_CODE = { jitless: true };

type Issue = z.core.$ZodIssue;
const MAX_UNKNOWN_KEYS = 20;

/** Checks a value that stands at a path, tells everything that is wrong, and gives the parsed value if nothing is. */
export function validate<T>(schema: z.ZodType<T>, value: unknown, path: Path, problems: Problems): T | undefined {
  const parsed = schema.safeParse(value, WITHOUT_MADE_CODE);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => mostSpecific(issue, value));
  for (const issue of issues) tell(issue, { schema, value, path, problems });
  return undefined;
}

/** Like `validate`, but a value that a recorded plan shows masked is nobody's mistake. */
export function validateMasked<T>(schema: z.ZodType<T>, value: unknown, path: Path, problems: Problems): T | undefined {
  const parsed = schema.safeParse(value, WITHOUT_MADE_CODE);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => mostSpecific(issue, value));
  const mistakes = issues.filter((issue) => !String(valueAt(value, issue.path as Path)).includes(MASK));
  for (const issue of mistakes) tell(issue, { schema, value, path, problems });
  return mistakes.length === 0 ? (value as T) : undefined;
}

interface Subject {
  schema: z.core.$ZodType;
  value: unknown;
  path: Path;
  problems: Problems;
}

function tell(issue: Issue, subject: Subject): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, MAX_UNKNOWN_KEYS)) tellUnknownKey(issue.path as Path, key, subject);
    return;
  }
  const inner = issue.path as Path;
  const found = valueAt(subject.value, inner);
  const { message, allowed, hint } = wordIssue(issue, found);
  const guess = hint ?? guessWord(issue, found);
  const shown = found === undefined ? undefined : showValue(found);
  subject.problems.error([...subject.path, ...inner], message, { found: shown, allowed, hint: guess });
}

function tellUnknownKey(inner: Path, key: string, { schema, path, problems }: Subject): void {
  const known = keysAt(schema, inner);
  const meant = didYouMean(key, known);
  problems.error([...path, ...inner, key], 'unknown key', {
    allowed: known.length > 0 ? known.join(', ') : undefined,
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
    atKey: true,
  });
}

function guessWord(issue: Issue, found: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return undefined;
  const words = issue.values.filter((value) => typeof value === 'string');
  const meant = didYouMean(found, words);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** Where only one form of a union has the right shape, that form's own issues say more than "none fits". */
function mostSpecific(issue: Issue, root: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || valueAt(root, issue.path as Path) === undefined) return [issue];
  const shaped = issue.errors.filter((errors) => !errors.some(isWrongShape));
  if (shaped.length !== 1) return [issue];
  return shaped[0]!
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap((inner) => mostSpecific(inner, root));
}

function isWrongShape(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

/** What stands at a path inside a value. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
