import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cachedFolder, cacheRoot, fillCache, isCached } from '../../../lab/getting/cache.ts';
import { ownProcess } from '../../../lab/processes/pid-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

describe('where the cache lies', () => {
  test.each([
    ['the own variable comes first', { STEADFAST_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a'],
    ['then the user’s cache folder', { XDG_CACHE_HOME: '/b' }, '/b/steadfast/lab'],
  ])('%s', (_, env, root) => {
    expect(cacheRoot(env)).toBe(root);
  });

  test('without either it is below the home folder', () => {
    expect(cacheRoot({})).toMatch(/\/\.cache\/steadfast\/lab$/);
  });
});

describe('filling the cache', () => {
  const write = (text: string) => async (into: string) => writeFileSync(join(into, 'part'), text);

  test('a part is there when its build is done, and nothing else is', async () => {
    const root = temporaryFolder();
    const folder = cachedFolder(root, 'gauge', '1.0');
    expect(await isCached(folder)).toBe(false);
    await fillCache(folder, async (into) => {
      await write('good')(into);
      expect(await isCached(folder), 'seen half-built').toBe(false);
    });
    expect(readFileSync(join(folder, 'part'), 'utf8')).toBe('good');
    expect(readdirSync(root)).toHaveLength(1);
  });

  test('a build that fails leaves nothing behind', async () => {
    const root = temporaryFolder();
    const folder = cachedFolder(root, 'gauge', '1.0');
    const failing = fillCache(folder, async (into) => {
      await write('half')(into);
      throw new Error('no compiler');
    });
    await expect(failing).rejects.toThrow('no compiler');
    expect(readdirSync(root)).toEqual([]);
  });

  test('of two builds at once one stays whole, and neither fails', async () => {
    const root = temporaryFolder();
    const folder = cachedFolder(root, 'gauge', '1.0');
    await Promise.all([fillCache(folder, write('first')), fillCache(folder, write('second'))]);
    expect(readFileSync(join(folder, 'part'), 'utf8')).toMatch(/^(first|second)$/);
    expect(readdirSync(root)).toHaveLength(1);
  });

  test('what a killed build left is removed, what a living one works on is not', async () => {
    const root = temporaryFolder();
    const folder = cachedFolder(root, 'gauge', '1.0');
    const { pid, startTime } = ownProcess();
    const [dead, living] = [`${folder}.building-${pid}-1-abcdef`, `${folder}.building-${pid}-${startTime}-abcdef`];
    mkdirSync(dead);
    mkdirSync(living);
    await fillCache(folder, write('good'));
    expect([dead, living, folder].map((path) => existsSync(path))).toEqual([false, true, true]);
  });
});
