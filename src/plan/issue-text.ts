import type { z } from 'zod';
import { DURATION_HINT } from '../slo/model/quantity.ts';
import { showValue } from './diagnostic.ts';

type Issue = z.core.$ZodIssue;

/** What an issue of the schema library says, in our words. */
export interface IssueText {
  message: string;
  allowed?: string;
  hint?: string;
}

const TYPE_NAMES: Record<string, string> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** Words an issue; `found` is what stands at its place, `undefined` where nothing does. */
export function wordIssue(issue: Issue, found: unknown): IssueText {
  if (found === undefined && issue.code !== 'custom') return withAllowed('this is missing', expectationOf(issue));
  if (issue.code === 'invalid_type')
    return { message: `expected ${typeName(issue.expected)}`, ...typeHint(issue.expected, found) };
  if (issue.code === 'invalid_value') return withAllowed('this is not one of the known words', listOf(issue.values));
  if (issue.code === 'too_small')
    return { message: `expected ${limitOf(issue.origin, 'at least', issue.minimum, issue.inclusive)}` };
  if (issue.code === 'too_big')
    return { message: `expected ${limitOf(issue.origin, 'at most', issue.maximum, issue.inclusive)}` };
  if (issue.code === 'invalid_union') return withAllowed('this fits none of the forms allowed', expectationOf(issue));
  if (issue.code === 'custom') return { message: issue.message, ...customHint(issue.params, found) };
  return { message: lowerFirst(issue.message) };
}

function withAllowed(message: string, allowed: string | undefined): IssueText {
  return allowed === undefined ? { message } : { message, allowed };
}

/** What the check says itself; and who leaves out the unit of a duration rarely remembers which one is meant. */
function customHint(params: Record<string, unknown> | undefined, found: unknown): { hint?: string } {
  if (typeof params?.['hint'] === 'string') return { hint: params['hint'] };
  if (params?.['allowed'] !== DURATION_HINT || typeof found !== 'number') return {};
  return { hint: `did you mean ${found}ms or ${found}s?` };
}

/** What would be right in that place, as far as the issue knows. */
function expectationOf(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return typeName(issue.expected);
  if (issue.code === 'invalid_value') return listOf(issue.values);
  if (issue.code !== 'invalid_union') return undefined;
  const options = 'options' in issue && Array.isArray(issue.options) ? listOf(issue.options) : undefined;
  const forms = issue.errors.flatMap((errors) => errors.filter(({ path }) => path.length === 0).map(expectationOf));
  const known = [...new Set(forms.filter((form) => form !== undefined))];
  return options ?? (known.length > 0 ? known.join(' or ') : undefined);
}

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function typeHint(expected: string, found: unknown): { hint?: string } {
  const scalar = typeof found === 'number' || typeof found === 'boolean';
  if (expected === 'string' && scalar) return { hint: `put it in quotes: "${found}"` };
  if (expected === 'array' && found !== null) return { hint: 'write a list: [..] or lines that begin with "- "' };
  return {};
}

function listOf(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : showValue(value))).join(', ');
}

function limitOf(origin: string, word: string, limit: number | bigint, inclusive: boolean | undefined): string {
  const exact = inclusive === false ? (word === 'at least' ? 'more than' : 'less than') : word;
  if (origin === 'string') return `${exact} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `${exact} ${limit} ${limit === 1 ? 'item' : 'items'}`;
  return `${exact} ${limit}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
