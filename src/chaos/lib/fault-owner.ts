import type { FaultOwner, FaultRecord } from './fault-record.ts';
import { relationTo, thisMachine } from './machine.ts';
import { readIfRunning, readProcess } from './process-status.ts';

export function thisOwner(): FaultOwner {
  const self = readProcess(process.pid);
  if (!self) throw new Error('needs Linux: /proc tells nothing about this process');
  return { pid: self.pid, startTime: self.startTime, machine: thisMachine() };
}

export type OwnerState = 'running' | 'gone' | 'unknown';

/** Whether the owner still answers for its fault; `unknown` where its machine cannot be seen from here. */
export function stateOfOwner(owner: FaultOwner): OwnerState {
  const relation = relationTo(owner.machine);
  if (relation === 'restarted') return 'gone';
  if (relation === 'elsewhere') return 'unknown';
  return readIfRunning(owner) ? 'running' : 'gone';
}

/** An owner that cannot be seen counts as gone once its run must have ended by its own limits. */
export function isOrphan(record: FaultRecord, wallClockMs: number): boolean {
  const state = stateOfOwner(record.owner);
  return state === 'gone' || (state === 'unknown' && wallClockMs > Date.parse(record.unwantedAfter));
}
