import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

export function readme(): string {
  return README;
}

/** The contents of the README's code blocks of a language. */
export function blocksOf(language: string): string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text!);
}

/** A command of the README and what it is said to print. */
export function session(): { command: string; output: string[] } {
  const [block = ''] = blocksOf('console');
  const [first = '', ...output] = block.trimEnd().split('\n');
  return { command: first.replace(/^\$ /, ''), output };
}

/** A line without what differs from run to run: times, measured values, the run's name. */
export function withoutFigures(line: string): string {
  return line
    .replace(/first-\d{8}T\d{6}Z-[0-9a-f]{4}/, 'RUN')
    .replace(/\d+(\.\d+)?(ms|s)\b/g, 'TIME')
    .replace(/\d+ s in all/, 'TIME in all')
    .replace(/ {2,}/g, '  ');
}
