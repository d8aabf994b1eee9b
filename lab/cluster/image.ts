import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../getting/command.ts';

export interface ImageOptions {
  entrypoint?: readonly string[];
  env?: Record<string, string>;
  /** `uid` or `uid:gid`. */
  user?: string;
  workingDirectory?: string;
}

/** Packs a folder as an image with one layer, in the form that `docker save` writes. All files belong to root. */
export async function packImage(name: string, rootfs: string, file: string, options: ImageOptions = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-image-'));
  try {
    await mkdir(join(folder, 'layer'));
    const layer = join(folder, 'layer', 'layer.tar');
    await tar(rootfs, layer, ['.']);
    const config = JSON.stringify(configOf(`sha256:${await digestOf(layer)}`, options));
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(folder, configName), config);
    const manifest = [{ Config: configName, RepoTags: [name], Layers: ['layer/layer.tar'] }];
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await tar(folder, file, ['manifest.json', configName, 'layer/layer.tar']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configOf(layerDigest: string, options: ImageOptions): object {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {
      Env: Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...options.env }).map(
        ([key, value]) => `${key}=${value}`,
      ),
      ...(options.entrypoint && { Entrypoint: options.entrypoint }),
      ...(options.user && { User: options.user }),
      ...(options.workingDirectory && { WorkingDir: options.workingDirectory }),
    },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
  };
}

async function tar(folder: string, file: string, entries: readonly string[]): Promise<void> {
  const ownedByRoot = ['--owner=0', '--group=0', '--numeric-owner'];
  await runCommand('tar', ['-C', folder, ...ownedByRoot, '-cf', file, ...entries], { timeoutMs: 120_000 });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
