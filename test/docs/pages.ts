import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of the user documentation. */
export function readPage(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
}

/** What stands in the code blocks of one language, in their order. */
export function codeBlocks(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, text]) =>
    found === language ? [text!] : [],
  );
}

/** The part of a page under a heading, up to the next one of the same rank. */
export function sectionOf(page: string, heading: string): string {
  const [rank] = heading.split(' ');
  const start = page.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`the page has no heading "${heading}"`);
  const rest = page.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^${rank} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The rows of the tables of a text, without headings, each as its cells. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  const isRow = (line: string | undefined): boolean => line?.startsWith('|') === true;
  const isRule = (line: string | undefined): boolean => /^\|(?: --- \|)+$/.test(line ?? '');
  return lines
    .filter((line, index) => isRow(line) && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
