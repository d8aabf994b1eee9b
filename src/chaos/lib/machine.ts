import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where process numbers mean something: one boot of one machine, seen from one pid namespace. */
export interface Machine {
  host: string;
  boot: string;
  pidNamespace: string;
}

/** False where the kernel does not tell what this program must know about processes: anything but Linux. */
export function hasProcessTable(): boolean {
  try {
    return thisMachine().boot !== '';
  } catch {
    return false;
  }
}

export function thisMachine(): Machine {
  return {
    host: hostname(),
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
  };
}

/** How another place relates to this one; `restarted`: the same machine, and everything that ran there is gone. */
export function relationTo(there: Machine): 'same' | 'restarted' | 'elsewhere' {
  const here = thisMachine();
  if (here.boot === there.boot) return here.pidNamespace === there.pidNamespace ? 'same' : 'elsewhere';
  return here.host === there.host ? 'restarted' : 'elsewhere';
}
