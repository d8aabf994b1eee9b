import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookOnPath } from '../../../lab/getting/path-lookup.ts';
import type { OnPath } from '../../../lab/part.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const wanted: OnPath = {
  programs: ['debian-gauge', 'gauge'],
  versionArguments: ['--version'],
  versionPattern: /version (\d+\.\d+)/,
  atLeast: '2.4',
  below: '3',
};

function folderWith(programs: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

describe('looking for a program on PATH', () => {
  test('one at a good version is used', async () => {
    const folder = folderWith({ gauge: 'echo "gauge version 2.5"' });
    expect(await lookOnPath(wanted, folder)).toEqual({ found: true, path: join(folder, 'gauge'), version: '2.5' });
  });

  test('a version told on the error stream counts', async () => {
    const folder = folderWith({ gauge: 'echo "gauge version 2.5" >&2' });
    expect(await lookOnPath(wanted, folder)).toMatchObject({ found: true });
  });

  test('the first folder in which it lies decides', async () => {
    const [first, second] = [folderWith({ gauge: 'echo version 2.6' }), folderWith({ gauge: 'echo version 2.7' })];
    expect(await lookOnPath(wanted, `${first}:${second}`)).toMatchObject({ version: '2.6' });
  });

  test('a good one under the second name is used although the first is too old', async () => {
    const folder = folderWith({ 'debian-gauge': 'echo version 1.0', gauge: 'echo version 2.9' });
    expect(await lookOnPath(wanted, folder)).toMatchObject({ found: true, path: join(folder, 'gauge') });
  });

  const refusals: [sentence: string, programs: Record<string, string>, tried: string][] = [
    ['nothing there', {}, 'no debian-gauge on PATH, no gauge on PATH'],
    ['too old', { gauge: 'echo version 2.3' }, 'gauge is 2.3, not from 2.4 to below 3'],
    ['too new', { gauge: 'echo version 3.0' }, 'gauge is 3.0, not from 2.4 to below 3'],
    ['tells no version', { gauge: 'echo hello' }, 'gauge is of unknown version'],
    ['fails', { gauge: 'echo version 2.5; exit 1' }, 'gauge is of unknown version'],
  ];
  test.each(refusals)('%s: it says what it tried', async (_, programs, tried) => {
    const lookup = await lookOnPath(wanted, folderWith(programs));
    expect(lookup).toMatchObject({ found: false, tried: expect.stringContaining(tried) });
  });

  test('a folder of that name and a file that may not be run are no programs', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'gauge'));
    writeFileSync(join(folder, 'debian-gauge'), 'version 2.5', { mode: 0o644 });
    expect(await lookOnPath(wanted, folder)).toMatchObject({ found: false });
  });
});
