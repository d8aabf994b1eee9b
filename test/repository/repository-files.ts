import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './planted-tree.ts';

export interface RepositoryFile {
  path: string;
  text: string;
}

/** Every text file that is, or is about to be, under version control. */
export function repositoryFiles(wanted: RegExp = /./): RepositoryFile[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  return list
    .split('\0')
    .filter((path) => path !== '' && wanted.test(path) && existsSync(join(REPOSITORY, path)))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}
