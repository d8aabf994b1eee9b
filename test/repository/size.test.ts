import { expect, test } from 'vitest';
import { type RepositoryFile, repositoryFiles } from './repository-files.ts';

const MOST_LINES = 300;

/** Files that may be longer, each with its reason. A file that has become shorter leaves the list. */
const reasons: Record<string, string> = {
  'test/slo/judge.test.ts':
    'one table of the judge: each promise about a verdict beside the others, to be read as a whole',
};

test('no file is longer than a person reads in one go, but for those with a reason', () => {
  const files = repositoryFiles(/\.(?:ts|mjs)$/);

  expect(files.length).toBeGreaterThan(20);
  expect(tooLong(files).filter((path) => !(path in reasons))).toEqual([]);
});

test('each reason still stands', () => {
  const long = tooLong(repositoryFiles(/\.(?:ts|mjs)$/));

  expect(Object.keys(reasons).filter((path) => !long.includes(path))).toEqual([]);
  expect(Object.values(reasons).filter((reason) => reason.length < 20)).toEqual([]);
});

test('a file one line too long is found', () => {
  const lines = (count: number) => 'const a = 1;\n'.repeat(count);

  expect(tooLong([{ path: 'fits.ts', text: lines(MOST_LINES) }])).toEqual([]);
  expect(tooLong([{ path: 'long.ts', text: lines(MOST_LINES + 1) }])).toEqual(['long.ts']);
});

function tooLong(files: RepositoryFile[]): string[] {
  return files.filter(({ text }) => text.split('\n').length - 1 > MOST_LINES).map(({ path }) => path);
}
