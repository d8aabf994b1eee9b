import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = `
import { keepCompiledCode } from ${JSON.stringify(join(import.meta.dirname, '../src/compile-cache.ts'))};
keepCompiledCode(process.env);
const { late } = await import('./late.mjs');
process.stdout.write(late);
`;

interface Case {
  env: (home: string) => Record<string, string>;
  kept: string | undefined;
}

const cases: Record<string, Case> = {
  'in .cache of the home folder': { env: (home) => ({ HOME: home }), kept: '.cache/steadfast' },
  'in the cache folder that the user named': {
    env: (home) => ({ HOME: home, XDG_CACHE_HOME: join(home, 'mine') }),
    kept: 'mine/steadfast',
  },
  'nowhere, where no home is known': { env: () => ({}), kept: undefined },
  'nowhere, where the named folder is not absolute': { env: () => ({ XDG_CACHE_HOME: 'mine' }), kept: undefined },
  'nowhere, where a file is in the way': { env: (home) => ({ HOME: join(home, 'late.mjs') }), kept: undefined },
};

test.each(Object.entries(cases))('compiled code is kept %s', (_, { env, kept }) => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'late.mjs'), `export const late = 'ran';`);
  writeFileSync(join(home, 'program.mjs'), PROGRAM);

  const ran = spawnSync(process.execPath, ['program.mjs'], { cwd: home, env: env(home), encoding: 'utf8' });

  expect(ran).toMatchObject({ status: 0, stdout: 'ran', stderr: '' });
  const written = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) => !path.endsWith('.mjs'));
  const outside = written.filter(
    (path) => kept === undefined || !`${kept}/`.startsWith(`${path}/`.slice(0, kept.length + 1)),
  );
  expect(outside).toEqual([]);
  expect(written.some((path) => path.startsWith(`${kept}/`))).toBe(kept !== undefined);
});
