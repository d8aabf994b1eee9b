/** What stands where a secret stood. */
export const MASK = '***';
/** Shorter texts would be found everywhere. */
const MIN_SECRET_LENGTH = 4;

/** Replaces every occurrence of a secret in a text. */
export type Mask = (text: string) => string;

/** A mask for these secrets, also where they stand escaped in JSON, encoded in a URL or in base64. */
export function maskOf(secrets: readonly string[]): Mask {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).flatMap(formsOf))];
  if (forms.length === 0) return (text) => text;
  // Longest first, so that a secret that is part of another leaves no rest of it behind.
  const longestFirst = forms.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g');
  return (text) => text.replace(pattern, MASK);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    base64,
    bytes.toString('base64url'),
  ];
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/**
 * Applies a mask to every text inside a value. Records are masked so, before they become JSON: a secret such as `1234` would otherwise be
 * found in numbers. Keys stay, since readers look for them.
 */
export function maskValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskValue(inner, mask)]));
}

/** As `maskValue`, but leaves alone what stands under one of these keys, at any depth; keys are ours and stay. */
export function maskExcept(
  value: unknown,
  mask: Mask,
  kept: ReadonlySet<string>,
  foreign: ReadonlySet<string>,
): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskExcept(item, mask, kept, foreign));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (kept.has(key)) return [key, inner];
      return [key, foreign.has(key) ? maskValue(inner, mask) : maskExcept(inner, mask, kept, foreign)];
    }),
  );
}
