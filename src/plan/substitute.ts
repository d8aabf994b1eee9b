import { isScalar, type Scalar } from 'yaml';
import type { Path } from './diagnostic.ts';
import type { PlanDocument } from './plan-document.ts';
import type { Problems } from './problems.ts';
import { nodesOf } from './structure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in the text of values, after parsing, so that a value of the environment can never become
 * structure. `$${` stands for a plain `${`. An unquoted value becomes a number or a boolean if it then reads like one.
 */
export function substitute(document: PlanDocument, env: Environment, problems: Problems): Map<string, string> {
  const used = new Map<string, string>();
  for (const { node, path } of nodesOf(document)) {
    if (!isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${')) continue;
    const place = { used, path, problems, failed: false };
    const text = replaceIn(node.value, env, place);
    if (place.failed) problems.silence(path);
    else node.value = retype(node, text);
  }
  return used;
}

interface Place {
  /** Every variable that was read, with the text that it stood for. */
  used: Map<string, string>;
  path: Path;
  problems: Problems;
  failed: boolean;
}

function replaceIn(text: string, env: Environment, place: Place): string {
  return text.replace(/\$?\$\{([^}]*\}?)/g, (whole: string, inside: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\}$/s.exec(inside);
    return match ? lookUp(match[1]!, match[2], env, place) : notAReference(whole, place);
  });
}

function lookUp(name: string, fallback: string | undefined, env: Environment, place: Place): string {
  const own = Object.hasOwn(env, name) ? env[name] : undefined;
  const value = fallback !== undefined && own === '' ? fallback : (own ?? fallback);
  if (value !== undefined) {
    place.used.set(name, value);
    return value;
  }
  place.failed = true;
  const hint = `set ${name}, or give it a default: \${${name}:-value}`;
  place.problems.error(place.path, `the environment has no variable ${name}`, { hint });
  return '';
}

function notAReference(whole: string, place: Place): string {
  place.failed = true;
  place.problems.error(place.path, 'this is not a reference to the environment', {
    found: whole,
    allowed: `\${NAME} or \${NAME:-default}`,
    hint: 'write $${ for a plain ${',
  });
  return whole;
}

function retype(scalar: Scalar, text: string): unknown {
  if (scalar.type !== 'PLAIN') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,15})(\.\d+)?$/.test(text) ? Number(text) : text;
}
