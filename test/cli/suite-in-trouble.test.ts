import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type RunIo, runCommand } from '../../src/cli/run-command.ts';
import { createTextLog } from '../../src/cli/text-log.ts';
import type { Registries } from '../../src/plan/registries.ts';
import { registries } from '../../src/registries.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import { openStage, type Stage } from './started.ts';

/** `steadfast run` over two plans with plug-ins that misbehave. */
async function runTwo(stage: Stage, changed: Partial<Registries>, second = stage.planText('two')) {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const io: RunIo = {
    stdout: write,
    stderr: write,
    env: { STEADFAST_STATE: stage.in('state'), POD_NAME: 'weekly-abc', POD_NAMESPACE: 'steadfast' },
    registries: { ...registries, ...changed },
    abort: new AbortController().signal,
    version: 'test',
    terminal: { isTty: false, write },
    createClock: async () => systemClock(),
    createLog: async (_format, mask) => createTextLog(write, mask),
  };
  const plans = stage.writePlan(`${stage.planText('one')}---\n${second}`);
  const exit = await runCommand([plans, '--out', stage.in('out')], io);
  return { exit, output, suite: JSON.parse(readFileSync(stage.in('out', 'suite.json'), 'utf8')).plans };
}

function changed<Type>(types: ReadonlyMap<string, Type>, name: string, change: (type: Type) => Partial<Type>) {
  return new Map([...types, [name, { ...types.get(name)!, ...change(types.get(name)!) }]]);
}

describe.concurrent('a suite', () => {
  it('breaks nothing more once a fault could not be removed', async () => {
    await using stage = await openStage();
    let ownPod: unknown;
    const drivers = changed(registries.drivers, 'process', (type) => ({
      async open(config, context) {
        ownPod = context.ownPod;
        const driver = await type.open(config, context);
        return { ...driver, recover: () => Promise.reject(new Error('no way back')) };
      },
    }));

    const { exit, output, suite } = await runTwo(stage, { drivers });

    expect(exit, output).toBe(EXIT.faultMayRemain);
    expect(output).toContain('FAULT LEFT BEHIND by frozen: no way back');
    expect(ownPod, 'a driver is told which pod must not be hit').toEqual({
      name: 'weekly-abc',
      namespace: 'steadfast',
    });
    expect(suite).toMatchObject([
      { plan: 'one', exit: EXIT.faultMayRemain },
      { plan: 'two', verdict: 'not run' },
    ]);
  });

  it('goes on after a plan that met an error of ours, and names it', async () => {
    await using stage = await openStage();
    let asked = 0;
    const probes = changed(registries.probes, 'http', () => ({
      drainMs() {
        if (asked++ === 0) throw new TypeError('undefined is not a plan');
        return 0;
      },
    }));

    const { exit, output, suite } = await runTwo(stage, { probes });

    expect(exit, output).toBe(EXIT.bug);
    expect(output).toContain('This is a bug of Steadfast: TypeError: undefined is not a plan');
    expect(suite).toMatchObject([
      { plan: 'one', exit: EXIT.bug, verdict: 'no report', summary: 'undefined is not a plan' },
      { plan: 'two', exit: EXIT.pass, verdict: 'pass' },
    ]);
  });
});
