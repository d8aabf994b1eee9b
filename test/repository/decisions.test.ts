import { expect, test } from 'vitest';
import { type RepositoryFile, repositoryFiles } from './repository-files.ts';

const NAME = /^docs\/decisions\/(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/;
const STATUS = /^- Status: (?:proposed|accepted|rejected|superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))$/m;
const SECTIONS = ['Context', 'Decision', 'Consequences'];
const MOST_WORDS = 400;

const good = {
  path: 'docs/decisions/0001-a-thing.md',
  text: '# 1. A thing\n\n- Date: 2026-11-22\n- Status: accepted\n\n## Context\n\n## Decision\n\n## Consequences\n',
};

const planted: Record<string, [RepositoryFile[], problem: string]> = {
  'a name without a number': [[{ ...good, path: 'docs/decisions/a-thing.md' }], 'name'],
  'a number used twice': [[good, { ...good, path: 'docs/decisions/0001-another.md' }], 'number 0001 is used twice'],
  'a number left out': [
    [{ ...good, path: 'docs/decisions/0002-a-thing.md', text: good.text.replace('1.', '2.') }],
    'number 0001 is left out',
  ],
  'a title with another number': [[{ ...good, text: good.text.replace('# 1.', '# 3.') }], 'title'],
  'no date': [[{ ...good, text: good.text.replace('2026-11-22', 'today') }], 'date'],
  'a status that is no status word': [[{ ...good, text: good.text.replace('accepted', 'done') }], 'status'],
  'superseded by nobody': [[{ ...good, text: good.text.replace('accepted', 'superseded') }], 'status'],
  'no consequences': [[{ ...good, text: good.text.replace('## Consequences', '') }], 'sections'],
  'too many words': [[{ ...good, text: `${good.text}${'word '.repeat(MOST_WORDS)}` }], 'words'],
};

test('a good record has no problem', () => {
  expect(problems([good])).toEqual([]);
});

test.each(Object.entries(planted))('%s is found', (_, [files, problem]) => {
  expect(problems(files)).toEqual([expect.stringContaining(problem)]);
});

test('the decision records of this repository are in order', () => {
  const records = repositoryFiles(/^docs\/decisions\/.*\.md$/);

  expect(records.length).toBeGreaterThan(0);
  expect(problems(records)).toEqual([]);
});

function problems(records: RepositoryFile[]): string[] {
  return [...records.flatMap(problemsOf), ...numberProblems(records)];
}

function problemsOf({ path, text }: RepositoryFile): string[] {
  const number = NAME.exec(path)?.[1];
  if (number === undefined) return [`${path}: name: four digits, then words in lower case joined by hyphens`];
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  const words = text.split(/\s+/).filter((word) => /\w/.test(word)).length;
  return [
    !text.startsWith(`# ${Number(number)}. `) && 'title: starts with its number',
    !/^- Date: \d{4}-\d{2}-\d{2}$/m.test(text) && 'date: a line `- Date: YYYY-MM-DD`',
    !STATUS.test(text) && 'status: proposed, accepted, rejected, or superseded by a link',
    sections.join() !== SECTIONS.join() && `sections: ${SECTIONS.join(', ')}`,
    words > MOST_WORDS && `words: ${words}, at most ${MOST_WORDS}`,
  ]
    .filter((problem) => problem !== false)
    .map((problem) => `${path}: ${problem}`);
}

function numberProblems(records: RepositoryFile[]): string[] {
  const numbers = records.map(({ path }) => NAME.exec(path)?.[1]).filter((number) => number !== undefined);
  const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index);
  const expected = numbers.map((_, index) => String(index + 1).padStart(4, '0'));
  const leftOut = twice.length > 0 ? [] : expected.filter((number) => !numbers.includes(number));
  return [
    ...twice.map((number) => `number ${number} is used twice`),
    ...leftOut.map((number) => `number ${number} is left out`),
  ];
}
