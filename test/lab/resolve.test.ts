import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cachedFolder } from '../../lab/getting/cache.ts';
import { parts } from '../../lab/parts.ts';
import { createResolver } from '../../lab/resolve.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A machine with nothing but these programs, and an empty cache. */
function machineWith(programs: Record<string, string> = {}) {
  const [path, cache] = [temporaryFolder(), temporaryFolder()];
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', path);
  vi.stubEnv('STEADFAST_CACHE', cache);
  return { path, cache };
}

afterEach(() => vi.unstubAllEnvs());

describe('getting a part', () => {
  test('from PATH when it is there at a good version', async () => {
    const { path } = machineWith({ 'toxiproxy-server': 'echo toxiproxy-server version 2.9.0' });
    const resolved = await createResolver()('toxiproxy');
    expect(resolved).toEqual({
      name: 'toxiproxy',
      version: '2.9.0',
      from: 'path',
      path: join(path, 'toxiproxy-server'),
    });
  });

  test('from the cache when PATH has only an old one', async () => {
    const { cache } = machineWith({ 'toxiproxy-server': 'echo toxiproxy-server version 1.0.0' });
    const folder = cachedFolder(cache, 'toxiproxy', parts.toxiproxy.version);
    mkdirSync(folder);
    const resolved = await createResolver()('toxiproxy');
    expect(resolved).toMatchObject({ from: 'cache', path: join(folder, 'toxiproxy') });
  });

  test('is done once, however many ask', async () => {
    const count = join(temporaryFolder(), 'count');
    machineWith({ temporal: `echo asked >> ${count}; echo temporal version 1.5.1` });
    const resolver = createResolver();
    const [first, second] = await Promise.all([resolver('temporal'), resolver('temporal')]);
    expect(first).toBe(second);
    expect(readFileSync(count, 'utf8')).toBe('asked\n');
  });
});

describe('a part that cannot be had is told in one line: what, what was tried, what to do', () => {
  test.each([
    [
      'toxiproxy',
      'toxiproxy 2.5.0 is missing: no toxiproxy-server on PATH; go 1.25 is missing: no go on PATH; put a Go from 1.25 on PATH; ' +
        'put toxiproxy-server from 2.5 on PATH, or Go to build it',
    ],
    [
      'prometheus',
      'prometheus 2.42.0 is missing: no prometheus on PATH; there is no apt-get; put a Prometheus from 2.40 on PATH',
    ],
    [
      'kafka',
      'kafka 4.1.0 is missing: maven 3.8 is missing: no mvn on PATH; there is no apt-get; put Maven from 3.6 on PATH; ' +
        'install Maven and a Java from 17 to fetch it',
    ],
  ] as const)('%s', async (name, line) => {
    machineWith();
    await expect(createResolver()(name)).rejects.toThrow(new Error(line));
  });

  test('also when the build prints many lines', async () => {
    machineWith({ mvn: 'test "$1" = --version && echo Apache Maven 3.9.0 && exit; echo one; echo two >&2; exit 1' });
    const error = await createResolver()('kafka').catch((reason: Error) => reason);
    expect((error as Error).message).toMatch(
      /^kafka 4\.1\.0 is missing: .*ended with 1: \/ (one \/ two|two \/ one); install Maven[^\n]*$/,
    );
  });
});
