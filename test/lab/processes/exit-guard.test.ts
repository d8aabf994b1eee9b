import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { labFolder } from '../../../lab/processes/lab-folder.ts';
import { writeSpec } from '../../../lab/processes/launch.ts';
import { identify, readPidFile, runsStill, signalProcess } from '../../../lab/processes/pid-file.ts';
import { untilGone } from '../../../lab/processes/until-gone.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { someSpec } from './some-spec.ts';

/** Runs a program that launches a process and then does `ending`; gives that process and how the program ended. */
async function launchAndEnd(ending: string, signal?: NodeJS.Signals) {
  const folder = labFolder(temporaryFolder());
  const spec = await someSpec(folder, 'gauge');
  await writeSpec(folder.specFile('gauge'), spec);
  const program = join(folder.path, 'owner.ts');
  const launcher = resolve('lab/processes/launch.ts');
  writeFileSync(
    program,
    `import { launch, readSpec } from '${launcher}';
     await launch(await readSpec(${JSON.stringify(folder.specFile('gauge'))}));
     console.log('launched');
     ${ending}`,
  );
  const owner = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(owner, 'close');
  await once(owner.stdout, 'data');
  const launched = (await readPidFile(spec.pidFile))!;
  onTestFinished(() => signalProcess(launched, 'SIGKILL'));
  if (signal !== undefined) owner.kill(signal);
  const [code, endedBy] = await closed;
  return { launched, code, endedBy };
}

const waiting = 'setInterval(() => {}, 1000);';

describe('a launched process ends with its owner', () => {
  const ways: [sentence: string, ending: string, signal: NodeJS.Signals | undefined, code: number | null][] = [
    ['that comes to its end', '', undefined, 0],
    ['that exits', 'process.exit(7);', undefined, 7],
    ['that throws', 'throw new Error("ouch");', undefined, 1],
    ['that leaves a promise unhandled', 'await Promise.reject(new Error("ouch"));', undefined, 1],
    ['that gets SIGTERM', waiting, 'SIGTERM', null],
    ['that gets SIGINT', waiting, 'SIGINT', null],
    ['that gets SIGHUP', waiting, 'SIGHUP', null],
    ['that handles SIGTERM itself', `process.on("SIGTERM", () => process.exit(5)); ${waiting}`, 'SIGTERM', 5],
  ];
  test.each(ways)('%s', async (_, ending, signal, code) => {
    const outcome = await launchAndEnd(ending, signal);
    await untilGone(outcome.launched, 5_000);
    expect(identify(outcome.launched.pid), 'it outlived its owner').toBeUndefined();
    expect(outcome.code).toBe(code);
    if (code === null) expect(outcome.endedBy).toBe(signal);
  });

  test('only an owner killed with -9 leaves it behind', async () => {
    const outcome = await launchAndEnd(waiting, 'SIGKILL');
    expect(runsStill(outcome.launched)).toBe(true);
  });
});
