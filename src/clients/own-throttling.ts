import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the kernel's files are found; elsewhere only in tests. */
export interface KernelFiles {
  /** `/proc/self` */
  process: string;
  /** Where cgroups are mounted. */
  cgroups: string;
}

const OWN: KernelFiles = { process: '/proc/self', cgroups: '/sys/fs/cgroup' };

/**
 * Reads how long this process was kept from its CPU by the limit of its cgroup, in ms, of version 1 (`throttled_time`) or 2
 * (`throttled_usec`), which says `undefined` while no limit has ever been enforced. `undefined` where there is no such file: no Linux.
 */
export function ownThrottling(files: KernelFiles = OWN): (() => number | undefined) | undefined {
  const path = statFiles(files).find(isStatFile);
  return path === undefined ? undefined : () => throttledMsIn(path);
}

/** In a container the own cgroup is often mounted as the root: then its path from the outside leads nowhere. */
function statFiles({ process, cgroups }: KernelFiles): string[] {
  const lines = textOf(join(process, 'cgroup'))?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    const mounts =
      controllers === '' ? ['', 'unified'] : controllers.split(',').includes('cpu') ? ['cpu', 'cpu,cpuacct'] : [];
    return mounts.flatMap((mount) => [path, '/'].map((inner) => join(cgroups, mount, inner, 'cpu.stat')));
  });
}

const THROTTLED = /^throttled_(time|usec) (\d+)$/m;
const NEVER_LIMITED = /^nr_periods 0$/m;

function isStatFile(path: string): boolean {
  return THROTTLED.test(textOf(path) ?? '');
}

function throttledMsIn(path: string): number | undefined {
  const text = textOf(path) ?? '';
  const found = THROTTLED.exec(text);
  if (!found || NEVER_LIMITED.test(text)) return undefined;
  return Number(found[2]) / (found[1] === 'time' ? 1e6 : 1e3);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
