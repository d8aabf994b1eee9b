import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a thousand probes at 5 Hz for ten seconds brought, from a process that may use one core only. */
export interface ThousandProbes {
  due: number;
  samples: number;
  gaps: number;
  /** CPU time over wall time. */
  coreShare: number;
  p99LatenessMs: number;
}

export function benchThousandProbes(): ThousandProbes {
  const child = join(import.meta.dirname, 'children/thousand-probes.ts');
  const { stdout, stderr, status } = spawnSync('taskset', ['-c', '0', process.execPath, child], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the probing process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ThousandProbes;
}
