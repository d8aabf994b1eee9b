import { expect, test } from 'vitest';
import { deadLinks } from './markdown-links.ts';
import { plantTree, REPOSITORY } from './planted-tree.ts';
import { repositoryFiles } from './repository-files.ts';

const OTHER_PAGE = '# The `zmtp-port` probe\n\n## Values & units\n\n## Same\n\n## Same\n\n<a id="by-hand"></a>\n';

const alive: Record<string, string> = {
  'a file beside it': '[a](other.md)',
  'a folder': '[a](../docs)',
  'a heading of another page': '[a](other.md#the-zmtp-port-probe)',
  'a heading with a sign in it': '[a](other.md#values--units)',
  'the second of two equal headings': '[a](other.md#same-1)',
  'an anchor set by hand': '[a](other.md#by-hand)',
  'a heading of its own': '# Here\n[a](#here)',
  'a reference': '[a]\n\n[a]: other.md "title"',
  'a link to elsewhere': '[a](https://example.com/nowhere) <a href="mailto:a@example.com">b</a>',
  'an example in code': '`[a](nowhere.md)`\n```\n[a](nowhere.md)\n```',
};

const dead: Record<string, [text: string, target: string]> = {
  'a file that is not there': ['[a](nowhere.md)', 'nowhere.md'],
  'a picture that is not there': ['![a](nowhere.svg)', 'nowhere.svg'],
  'a picture in HTML': ['<img src="nowhere.svg">', 'nowhere.svg'],
  'a reference to nowhere': ['[a]\n\n[a]: nowhere.md', 'nowhere.md'],
  'a heading that is not there': ['[a](other.md#nowhere)', 'other.md#nowhere'],
  'a heading of its own that is not there': ['[a](#nowhere)', '#nowhere'],
  'a third of two equal headings': ['[a](other.md#same-2)', 'other.md#same-2'],
  'a path that leaves the repository': ['[a](../../other.md)', '../../other.md'],
  'what follows a code block': ['```\ncode\n```\n[a](nowhere.md)', 'nowhere.md'],
};

test.each(Object.entries(alive))('%s leads somewhere', (_, text) => {
  const root = plantTree({ 'docs/page.md': text, 'docs/other.md': OTHER_PAGE });

  expect(deadLinks(root, 'docs/page.md')).toEqual([]);
});

test.each(Object.entries(dead))('%s leads nowhere', (_, [text, target]) => {
  const root = plantTree({ 'docs/page.md': text, 'docs/other.md': OTHER_PAGE });

  expect(deadLinks(root, 'docs/page.md').map((found) => found.split(': ')[1])).toEqual([target]);
});

test('every path and anchor in the documents of this repository leads somewhere', () => {
  const documents = repositoryFiles(/^(?!test\/).*\.md$/);

  expect(documents.length).toBeGreaterThan(3);
  expect(documents.flatMap(({ path }) => deadLinks(REPOSITORY, path))).toEqual([]);
});
