import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cachedFolder, cacheRoot, fillCache, isCached } from '../getting/cache.ts';
import { runCommand } from '../getting/command.ts';
import { type ImageOptions, packImage } from './image.ts';

export interface ImageSources {
  pause: string;
  busybox: string;
  node: string;
}

/** Libraries that Node's add-ons and the resolver of names ask for while they run. */
const libraries = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2', 'librt.so.1', 'libutil.so.1', 'libz.so.1'];
const systemLibraries = '/lib/x86_64-linux-gnu';

/** The images of the lab as tar files in one folder, made once: `pause:1`, `busybox:1` and `node:24`, a Node with a shell. */
export async function makeImages(sources: ImageSources): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([sources, process.versions.node, 1]));
  const folder = cachedFolder(cacheRoot(), 'images', key.digest('hex').slice(0, 12));
  if (!(await isCached(folder))) await fillCache(folder, (into) => packAll(sources, into));
  return folder;
}

async function packAll({ pause, busybox, node }: ImageSources, into: string): Promise<void> {
  await pack('pause:1', into, async (root) => {
    await place(root, pause, '/pause');
    return { entrypoint: ['/pause'] };
  });
  await pack('busybox:1', into, async (root) => {
    await addShell(root, busybox);
    return {};
  });
  await pack('node:24', into, async (root) => {
    await addShell(root, busybox);
    await placeWithLibraries(root, node, '/usr/local/bin/node');
    for (const library of libraries) await place(root, join(systemLibraries, library));
    return {};
  });
}

/** Fills an empty folder, and says how the image is run. */
type Furnish = (root: string) => Promise<ImageOptions>;

async function pack(name: string, into: string, furnish: Furnish): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'steadfast-rootfs-'));
  try {
    await chmod(root, 0o755);
    const options = await furnish(root);
    await packImage(`steadfast.test/${name}`, root, join(into, `${name.replace(':', '-')}.tar`), options);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function addShell(root: string, busybox: string): Promise<void> {
  await placeWithLibraries(root, busybox, '/bin/busybox');
  const applets = (await runCommand(busybox, ['--list'])).trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox'))
    await symlink('busybox', join(root, 'bin', applet));
  for (const folder of ['etc', 'root', 'tmp']) await mkdir(join(root, folder));
  await chmod(join(root, 'tmp'), 0o1777);
  const etc = (name: string, lines: readonly string[]) => writeFile(join(root, 'etc', name), `${lines.join('\n')}\n`);
  await etc('passwd', [
    'root:x:0:0:root:/root:/bin/sh',
    'lab:x:1000:1000:lab:/tmp:/bin/sh',
    'nobody:x:65534:65534::/:/bin/false',
  ]);
  await etc('group', ['root:x:0:', 'lab:x:1000:', 'nobody:x:65534:']);
  await etc('nsswitch.conf', ['hosts: files dns']);
}

async function placeWithLibraries(root: string, program: string, as: string): Promise<void> {
  await place(root, program, as);
  const needed = (await runCommand('ldd', [program])).matchAll(/(\/\S+) \(0x/g);
  for (const [, library] of needed) await place(root, library!);
}

async function place(root: string, file: string, as = file): Promise<void> {
  await mkdir(dirname(join(root, as)), { recursive: true });
  await copyFile(file, join(root, as));
}
