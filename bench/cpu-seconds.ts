import { readFileSync } from 'node:fs';

/** The kernel's for all programs, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

/** CPU time that another process has taken so far. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
