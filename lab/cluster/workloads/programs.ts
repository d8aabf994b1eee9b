import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ContainerPart } from './objects.ts';

/** What lies on the host and is seen, read-only, in a container. */
export interface HostPath {
  name: string;
  path: string;
  at: string;
  type: 'File' | 'Directory';
}

export interface ProgramContainer {
  name: string;
  image: string;
  command: readonly string[];
  host: readonly HostPath[];
  /** Folders of the container's own, by the name of their volume. */
  scratch?: Record<string, string>;
  /** The same, but in memory: for those that wait for every byte to be on a disk, which others may keep busy. */
  inMemory?: Record<string, string>;
  /** Config maps, by their name. */
  configs?: Record<string, string>;
  ports?: Record<string, number>;
  more?: Record<string, unknown>;
}

export function programContainer({ name, image, command, host, ...options }: ProgramContainer): ContainerPart {
  const scratch = Object.entries(options.scratch ?? {});
  const inMemory = Object.entries(options.inMemory ?? {});
  const configs = Object.entries(options.configs ?? {});
  const ports = Object.entries(options.ports ?? {}).map(([port, containerPort]) => ({ name: port, containerPort }));
  return {
    container: {
      name,
      image,
      imagePullPolicy: 'IfNotPresent',
      command,
      ports,
      volumeMounts: [
        ...host.map((each) => ({ name: each.name, mountPath: each.at, readOnly: true })),
        ...[...scratch, ...inMemory, ...configs].map(([volume, mountPath]) => ({ name: volume, mountPath })),
      ],
      ...options.more,
    },
    volumes: [
      ...host.map((each) => ({ name: each.name, hostPath: { path: each.path, type: each.type } })),
      ...scratch.map(([volume]) => ({ name: volume, emptyDir: {} })),
      ...inMemory.map(([volume]) => ({ name: volume, emptyDir: { medium: 'Memory' } })),
      ...configs.map(([volume]) => ({ name: volume, configMap: { name: volume } })),
    ],
  };
}

/** A file of the host, by default in the container's own folder for such. */
export async function hostFile(name: string, path: string, at = `/opt/lab/${name}`): Promise<HostPath> {
  return { name, path: await realpath(path), at, type: 'File' };
}

export async function hostFolder(name: string, path: string, at: string): Promise<HostPath> {
  return { name, path: await realpath(path), at, type: 'Directory' };
}

/** The folder of a Java, and the one outside it where some systems keep its settings. */
export async function hostJava(java: string): Promise<{ command: string; host: HostPath[] }> {
  const home = join(await realpath(java), '..', '..');
  const settings = await realpath(join(home, 'conf', 'security', 'java.security'));
  const folder = /^\/etc\/[^/]+/.exec(settings)?.[0];
  const host = [await hostFolder('java', home, home)];
  if (folder !== undefined) host.push(await hostFolder('java-settings', folder, folder));
  return { command: join(home, 'bin', basename(java)), host };
}
