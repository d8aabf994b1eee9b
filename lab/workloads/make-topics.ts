/** Makes the topics of the goal runs on the broker that the first argument names, as soon as it is there, and ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../servers/kafka-topics.ts';

const tryForMs = 90_000;
const broker = process.argv[2]!;
const began = performance.now();
for (;;) {
  try {
    await createTopics(broker);
    break;
  } catch (error) {
    if (performance.now() - began > tryForMs) throw error;
    await sleep(500);
  }
}
process.exit(0);
