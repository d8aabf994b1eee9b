import { setTimeout as sleep } from 'node:timers/promises';
import { askMachine } from './ask-machine.ts';
import { clusterPlace } from './place.ts';
import { type ClusterRecord, isRunning } from './record.ts';

const upWithinMs = 300_000;

/** The machine answers as soon as all of its servers work. */
export async function untilUp(record: ClusterRecord): Promise<void> {
  const { controlSocket } = clusterPlace(record.path);
  for (const end = performance.now() + upWithinMs; ; await sleep(100)) {
    if (!isRunning(record)) throw new Error('its machine ended');
    try {
      return void (await askMachine(controlSocket, 'GET', '/'));
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
