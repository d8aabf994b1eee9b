/** User text made safe to show: it may hold anything, and the reader's terminal or ticket must not obey it. */

// C0, DEL, C1, line separators, and the marks that reorder or hide text.
const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** One line without control characters: breaks become spaces, the rest the replacement character. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(LINE_BREAKS, ' ').replace(HIDDEN, '\ufffd').trim();
}

/** Text as Markdown that shows exactly these characters, also inside a table. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/[\\`*[\]|~#]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/<(?=[\w/!?])/g, '&lt;');
}

/** Text as a code span that nothing in it can end. In a table a bar needs its backslash even there. */
export function codeSpan(text: string, inTable = false): string {
  const content = inTable ? oneLine(text).replaceAll('|', '\\|') : oneLine(text);
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = content.startsWith('`') || content.endsWith('`') || content === '' ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
}
