import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type RunIo, runCommand } from '../../src/cli/run-command.ts';
import { createTextLog } from '../../src/cli/text-log.ts';
import { registries } from '../../src/registries.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import { openStage } from './started.ts';

/** `steadfast run` over three plans; with a signal to stop from the start, so that a suite is only named and nothing is run. */
async function runThree(...only: string[]) {
  await using stage = await openStage();
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const stopped = new AbortController();
  const io: RunIo = {
    stdout: write,
    stderr: write,
    env: { STEADFAST_STATE: stage.in('state') },
    registries,
    abort: stopped.signal,
    version: 'test',
    terminal: { isTty: false, write },
    createClock: async () => systemClock(),
    async createLog(_format, mask) {
      stopped.abort('SIGTERM');
      return createTextLog(write, mask);
    },
  };
  for (const name of ['steady-port', 'dark-port', 'lost-port'])
    writeFileSync(stage.in(`${name}.yaml`), stage.planText(name));
  // Not to be read unless it is asked for.
  writeFileSync(stage.in('wrong.yaml'), stage.planText('wrong-port').replace('steady: 1s', 'steady: 1'));
  writeFileSync(stage.in('manifest.yaml'), 'apiVersion: chaos-mesh.org/v1alpha1\nkind: PodChaos\n');
  const exit = await runCommand([stage.folder, ...only, '--out', stage.in('out')], io);
  return { exit, output };
}

describe.concurrent('run --only', () => {
  it('takes several names with commas, and the option several times', async () => {
    const commas = await runThree('--only', 'steady-port, lost-port');
    const repeated = await runThree('--only', 'lost-port', '--only', 'steady-port');

    for (const { exit, output } of [commas, repeated]) {
      expect(exit, output).toBe(EXIT.aborted);
      expect(output).toMatch(/Suite of 2 plans:\n {2}not run +lost-port: .*\n {2}not run +steady-port: /);
    }
  });

  it('says nothing of what is wrong with the others', async () => {
    const { output } = await runThree('--only', 'steady-port,dark-port');

    expect(output).not.toContain('wrong.yaml');
    expect(output).not.toContain('manifest.yaml');
  });

  it('refuses names that no plan has, and guesses which was meant', async () => {
    const { exit, output } = await runThree('--only', 'drk-port,nothing-like-it', '--only', 'steady-port');

    expect(exit).toBe(EXIT.badPlan);
    expect(output).toContain(
      'There is no plan drk-port. Did you mean dark-port? There are: dark-port, lost-port, steady-port, wrong-port\n' +
        'There is no plan nothing-like-it. There are: dark-port, lost-port, steady-port, wrong-port\n',
    );
  });

  it('tells what is wrong with the plan that it picks', async () => {
    const { exit, output } = await runThree('--only', 'wrong-port');

    expect(exit).toBe(EXIT.badPlan);
    expect(output).toMatch(/wrong\.yaml:5:\d+: spec\.phases\.steady: expected a duration/);
  });
});
