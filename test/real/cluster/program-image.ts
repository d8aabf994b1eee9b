import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { runCommand } from '../../../lab/getting/command.ts';
import { bundle } from '../../../tools/bundle.ts';
import { REPOSITORY } from '../../repository/planted-tree.ts';

export const PROGRAM_IMAGE = 'steadfast.test/steadfast:1';

/** What deploy/image/Dockerfile makes, without Docker: the bundle on the lab's Node. */
export async function importProgramImage(cluster: Cluster): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'steadfast-program-'));
  try {
    await chmod(root, 0o755);
    await unpackLayer(join(cluster.place.images, 'node-24.tar'), root);
    await bundle({ root: REPOSITORY, outDir: join(root, 'opt/steadfast') });
    await cluster.importImage(PROGRAM_IMAGE, root, {
      entrypoint: ['node', '/opt/steadfast/steadfast.js'],
      env: { STEADFAST_STATE: '/state' },
      user: '65532:65532',
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function unpackLayer(image: string, root: string): Promise<void> {
  const unpack = 'tar -xOf "$1" layer/layer.tar | tar -xf - -C "$2"';
  await runCommand('sh', ['-c', unpack, 'sh', image, root], { timeoutMs: 60_000 });
}
