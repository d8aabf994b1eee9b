/** A program that records without end, for tests that kill it or take its disk away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '../../src/timeline/journal.ts';
import { aGap, aHeader } from './entries.ts';

const journal = await openJournal(process.argv[2]!);
journal.append(aHeader());
await journal.sync();
try {
  for (let slot = 0; ; slot++) {
    journal.append(aGap(slot));
    if (slot % 20 === 0) {
      await sleep(1);
      process.stdout.write(`${slot - 20}\n`);
    }
  }
} catch (error) {
  process.stdout.write(`failed: ${(error as Error).message}\n`);
  await journal.close().catch((closing: Error) => process.stdout.write(`close: ${closing.message}\n`));
}
