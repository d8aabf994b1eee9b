import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packImage } from '../../../lab/cluster/image.ts';
import { runCommand } from '../../../lab/getting/command.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

interface Manifest {
  Config: string;
  RepoTags: string[];
  Layers: string[];
}

async function packed(options = {}) {
  const [rootfs, out] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(rootfs, 'bin'));
  writeFileSync(join(rootfs, 'bin', 'tool'), 'a tool');
  chmodSync(join(rootfs, 'bin', 'tool'), 0o755);
  symlinkSync('tool', join(rootfs, 'bin', 'other'));
  const file = join(out, 'image.tar');
  await packImage('steadfast.test/tool:1', rootfs, file, options);
  await runCommand('tar', ['-C', out, '-xf', file]);
  const [manifest] = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as [Manifest];
  return { out, manifest, config: JSON.parse(readFileSync(join(out, manifest.Config), 'utf8')) };
}

test('an image carries its name, and its layer by the digest of what it holds', async () => {
  const { out, manifest, config } = await packed();
  expect(manifest.RepoTags).toEqual(['steadfast.test/tool:1']);
  const layer = readFileSync(join(out, manifest.Layers[0]!));
  expect(config.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(layer).digest('hex')}`]);
  expect(config.os).toBe('linux');
});

test('the files of an image keep their modes and links, and belong to root', async () => {
  const { out, manifest } = await packed();
  const listing = await runCommand('tar', ['--numeric-owner', '-tvf', join(out, manifest.Layers[0]!)]);
  expect(listing).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/bin\/tool$/m);
  expect(listing).toMatch(/^lrwxrwxrwx 0\/0 .* \.\/bin\/other -> tool$/m);
});

test('what is said of a run stands in the image', async () => {
  const { config } = await packed({ entrypoint: ['/bin/tool'], user: '1000', env: { HOME: '/tmp' } });
  expect(config.config).toMatchObject({ Entrypoint: ['/bin/tool'], User: '1000' });
  expect(config.config.Env).toContain('HOME=/tmp');
});
