import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\s*\[[^\]]+\]:\s*(\S+)|\b(?:src|href)="([^"]+)"/g;
const OUTSIDE = /^(?:[a-z][a-z+.-]*:|\/\/)/i;

/** The relative paths and anchors of one Markdown file that lead nowhere. */
export function deadLinks(root: string, file: string): string[] {
  return proseLines(readFileSync(join(root, file), 'utf8')).flatMap(({ line, number }) =>
    [...line.matchAll(LINK)]
      .map((match) => (match[1] ?? match[2] ?? match[3])!)
      .filter((target) => !OUTSIDE.test(target) && !leadsSomewhere(root, file, target))
      .map((target) => `${file}:${number}: ${target}`),
  );
}

function leadsSomewhere(root: string, file: string, target: string): boolean {
  const [path = '', anchor] = decodeURI(target).split('#');
  const found = path === '' ? file : normalize(join(dirname(file), path));
  if (relative(root, join(root, found)).startsWith('..') || !existsSync(join(root, found))) return false;
  return anchor === undefined || !found.endsWith('.md') || anchorsOf(join(root, found)).has(anchor);
}

/** The anchors that a rendered page offers: its headings, as GitHub writes them, and its explicit ids. */
function anchorsOf(path: string): Set<string> {
  const anchors = new Set<string>();
  for (const { line } of proseLines(readFileSync(path, 'utf8'))) {
    for (const [, id] of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id!);
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading !== undefined) anchors.add(unused(slugOf(heading), anchors));
  }
  return anchors;
}

function slugOf(heading: string): string {
  const shown = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, '');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function unused(slug: string, taken: Set<string>): string {
  for (let count = 0; ; count += 1) {
    const candidate = count === 0 ? slug : `${slug}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Lines outside of code blocks, without their inline code, with their numbers. */
function proseLines(text: string): { line: string; number: number }[] {
  let fence: string | undefined;
  return text.split('\n').flatMap((line, index) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      return [];
    }
    if (fence !== undefined) return [];
    return [{ line: /^ {0,3}#/.test(line) ? line : line.replace(/`[^`]*`/g, ''), number: index + 1 }];
  });
}
