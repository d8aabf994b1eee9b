const MASK = '***';
const LOOKED_AT_CHARS = 1_000;
const KEPT_CHARS = 200;

const NAMES = 'pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|credentials?|authorization|cookie';

/** What credentials look like: in URLs, after a name that says so, as a JSON web token, or as a long run of letters and digits. */
const LOOKS: readonly [RegExp, string][] = [
  [/:\/\/[^\s/@]{1,200}@/g, `://${MASK}@`],
  [/\b(bearer|basic)\s+[^\s"',;]{1,500}/gi, `$1 ${MASK}`],
  [new RegExp(`(${NAMES})(["']?\\s{0,3}[:=]\\s{0,3}["']?)[^\\s"',;&]{1,500}`, 'gi'), `$1$2${MASK}`],
  [/\beyJ[\w-]{5,}\.[\w-]{1,500}(?:\.[\w-]{0,500})?/g, MASK],
  [/[A-Za-z0-9+/_=-]{32,}/g, MASK],
];

/** A line as it may be kept: short, on one line, without what looks like a credential. What the plan calls secret is masked besides, with all records. */
export function toExample(text: string): string {
  const shown = text.slice(0, LOOKED_AT_CHARS).replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return LOOKS.reduce((line, [look, mask]) => line.replace(look, mask), shown).slice(0, KEPT_CHARS);
}
