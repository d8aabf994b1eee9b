import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './planted-tree.ts';
import { repositoryFiles } from './repository-files.ts';

const WITH_A_LINE_FOR_EACH_FOLDER = ['src', 'lab', 'docs', 'deploy', 'test'];

test('the map has a line for every folder', () => {
  const folders = foldersToMap(repositoryFiles().map(({ path }) => path));

  expect(folders.length).toBeGreaterThan(10);
  expect(folders.filter((folder) => !mappedFolders().includes(folder))).toEqual([]);
});

test('each line of the map says what is in the folder, and no folder has two', () => {
  const lines = mapText()
    .split('\n')
    .filter((line) => line.startsWith('- '));

  expect(lines.filter((line) => !/^- \[[\w./-]+\]\([\w./-]+\): \S.{15,}$/.test(line))).toEqual([]);
  expect(new Set(mappedFolders()).size).toBe(lines.length);
});

test('folders that need a line are those at the top and those one below, without mirrors', () => {
  const paths = [
    'README.md',
    'src/main.ts',
    'src/slo/model/plan.ts',
    'test/slo/a.test.ts',
    'test/golden/x/plan.yaml',
    'tools/a/b.ts',
  ];

  expect(foldersToMap(paths)).toEqual(['src', 'src/slo', 'test', 'test/golden', 'tools']);
});

function foldersToMap(paths: string[]): string[] {
  const folders = paths.flatMap((path) => {
    const [top, below, ...rest] = path.split('/');
    if (below === undefined) return [];
    return rest.length > 0 && WITH_A_LINE_FOR_EACH_FOLDER.includes(top!) ? [top!, `${top}/${below}`] : [top!];
  });
  const unique = [...new Set(folders)].sort();
  return unique.filter((folder) => !isMirror(folder, unique));
}

/** `test/slo` repeats `src/slo`, and `test/tools` repeats `tools`: they need no line of their own. */
function isMirror(folder: string, folders: string[]): boolean {
  const name = folder.startsWith('test/') ? folder.slice('test/'.length) : undefined;
  return name !== undefined && (folders.includes(name) || folders.includes(`src/${name}`));
}

function mappedFolders(): string[] {
  return [...mapText().matchAll(/^- \[([^\]]+)\]/gm)].map(([, folder]) => folder!);
}

function mapText(): string {
  return readFileSync(join(REPOSITORY, 'docs/map.md'), 'utf8');
}
