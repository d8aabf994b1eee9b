import { join } from 'node:path';
import type { Progress } from '../getting/progress.ts';
import { labRoot, ownerOf, sweepDeadLabs } from '../processes/lab-folder.ts';
import { runsStill, signalProcess } from '../processes/pid-file.ts';
import { untilGone } from '../processes/until-gone.ts';

const ownStopMs = 15_000;

/** Lets the lab's owner stop it; ends what is left when the owner is gone or does not. */
export async function down(name: string, say: Progress): Promise<void> {
  const owner = await ownerOf(join(labRoot(), name));
  if (owner !== undefined && runsStill(owner)) {
    signalProcess(owner, 'SIGTERM');
    await untilGone(owner, ownStopMs);
    signalProcess(owner, 'SIGKILL');
    await untilGone(owner, ownStopMs);
    say(`the lab "${name}" is down`);
  } else if (owner === undefined) say(`there is no lab "${name}"`);
  for (const swept of await sweepDeadLabs(labRoot())) say(`swept what "${swept}" had left`);
}
