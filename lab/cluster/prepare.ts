import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Progress } from '../getting/progress.ts';
import type { PartName } from '../part.ts';
import { createResolver, type Resolver } from '../resolve.ts';
import { makeImages } from './images.ts';
import type { ClusterPrograms, MachineSpec } from './machine/spec.ts';
import { buildNative } from './native.ts';
import { clusterParts } from './parts.ts';
import type { ClusterPlace } from './place.ts';

/** Everything that has to lie ready before a machine can start. */
export interface Provisions {
  programs: ClusterPrograms;
  /** A tree of files that is laid over the machine's root. */
  tools: string;
  native: string;
  images: string;
}

export const partsOfACluster: readonly PartName[] = [...(Object.keys(clusterParts) as PartName[]), 'openssl'];

export async function getProvisions(progress: Progress): Promise<Provisions> {
  const resolver = createResolver(progress);
  await resolveInTurn(resolver);
  const path = async (name: PartName) => (await resolver(name)).path;
  const [native, tools] = [await buildNative(await path('c-compiler')), await path('node-tools')];
  const busybox = join(tools, 'usr', 'bin', 'busybox');
  return {
    native,
    tools,
    images: await makeImages({ pause: join(native, 'pause'), busybox, node: process.execPath }),
    programs: {
      etcd: await path('etcd'),
      containerd: dirname(await path('containerd')),
      runc: await path('runc'),
      cni: await path('cni-plugins'),
      kubernetes: await path('kubernetes'),
      coredns: await path('coredns'),
      chaosMesh: await path('chaos-mesh'),
      userModeLinux: await path('user-mode-linux'),
    },
  };
}

/** Builds of this size side by side would only take each other's memory. */
async function resolveInTurn(resolver: Resolver): Promise<void> {
  const missing: string[] = [];
  for (const name of [...partsOfACluster, 'c-compiler'] as const)
    await resolver(name).catch((error: Error) => missing.push(error.message));
  if (missing.length > 0) throw new Error(missing.join('\n'));
}

/** Writes what the machine is told, and puts the images where it looks for them. */
export async function furnish(place: ClusterPlace, provisions: Provisions, netem: boolean): Promise<void> {
  for (const folder of [place.images, place.logs]) await mkdir(folder, { recursive: true });
  for (const file of await readdir(provisions.images))
    await copyFile(join(provisions.images, file), join(place.images, file));
  const spec: MachineSpec = { folder: place.path, netem, programs: provisions.programs };
  await writeFile(place.specFile, JSON.stringify(spec));
}
