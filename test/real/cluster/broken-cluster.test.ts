/** What becomes of a run whose cluster breaks: before the fault, while it is in effect, and while it is removed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { type Account, openAccount } from './account.ts';
import { type CutStage, openCutStage, partition, planOf } from './cut-stage.ts';
import { freeze, silence, without } from './frozen.ts';
import { expectNoFault, expectNoRule } from './nothing-left.ts';
import { eventually } from './scene.ts';
import { openRunFolder, type RunFolder } from './started-run.ts';

const LONG_FAULT_MS = 25_000;

let cluster: Cluster;
let stage: CutStage;

beforeAll(async () => {
  cluster = await startCluster();
  stage = await openCutStage(cluster);
});

afterAll(() => stage?.[Symbol.asyncDispose]());

// A runner that is killed holds its lease until that ends.
afterEach(() => stage.kubectl('delete', 'lease', '--all'));

async function expectNothingLeft(at = stage): Promise<void> {
  await expectNoFault(at);
  await expectNoRule(cluster, at);
}

/** With what broke at work again, a sweep makes good what the run could not. */
async function expectSwept(folder: RunFolder, at = stage): Promise<void> {
  await eventually(
    () => folder.sweep('here'),
    ({ code }) => code === 0,
    90_000,
  );
  await expectNothingLeft(at);
}

describe('before the fault', () => {
  it.each([
    ['a controller that is down', 'chaos-controller', /a webhook of Chaos Mesh does not answer/],
    ['a daemon that is down', 'chaos-daemon', /chaos-daemon|daemon/],
  ] as const)('%s is said, and nothing is touched', async (_, server, reason) => {
    await using folder = await openRunFolder(cluster, planOf(stage, 'not-begun', partition(stage)));
    {
      await using _gone = await without(cluster, server);
      const { code, output } = await folder.start('run').ended;
      expect(code, output).toBe(69);
      expect(output).toMatch(reason);
    }
    await expectNothingLeft();
  });

  it('a webhook that times out is said, and nothing is touched', async () => {
    await using folder = await openRunFolder(cluster, planOf(stage, 'not-asked', partition(stage)));
    {
      await using _frozen = await freeze(cluster, 'chaos-controller');
      const { code, output } = await folder.start('run').ended;
      expect(code, output).toBe(69);
      expect(output).toMatch(/webhook.*(deadline|time)/i);
    }
    await expectNothingLeft();
  });

  it('two runs that begin at the same moment: one breaks things, the other says that it may not', async () => {
    await using one = await openRunFolder(cluster, planOf(stage, 'twin', partition(stage)));
    await using other = await openRunFolder(cluster, planOf(stage, 'twin', partition(stage)));
    const ended = await Promise.all([one, other].map((folder) => folder.start('run').ended));
    const output = ended.map((each) => each.output).join('\n');
    expect(ended.map(({ code }) => code).sort(), output).toEqual([0, 69]);
    expect(output).toMatch(/is taken by run twin-|a fault of run twin-\S+ is in effect/);
    await expectNothingLeft();
  });
});

describe('when the fault is asked for', () => {
  it('a controller that hangs fails the injection with the reason, and leaves nothing', async () => {
    await using folder = await openRunFolder(cluster, planOf(stage, 'too-slow', partition(stage), 8_000, '6s'));
    const run = folder.start('run');
    await run.reaches('observed'); // All was well when it was looked at.
    {
      await using _frozen = await freeze(cluster, 'chaos-controller');
      await run.reaches('failed');
    }
    const { code, output } = await run.ended;
    expect([20, 69], output).toContain(code);
    // Whether its webhook still lets the object through is chance.
    const reason = (await run.events()).find(({ state }) => state === 'failed')?.reason;
    expect(reason).toMatch(/webhook.*(deadline|time)|did not inject the fault in time/i);
    await expectSwept(folder);
  });

  it('a runner that is killed while a daemon does not answer leaves nothing after the next sweep', async () => {
    await using folder = await openRunFolder(cluster, planOf(stage, 'half-way', partition(stage), 8_000, '6s'));
    const run = folder.start('run');
    await run.reaches('observed');
    {
      await using _frozen = await freeze(cluster, 'chaos-daemon');
      await run.reaches('requested');
      await sleep(2_000);
      run.child.kill('SIGKILL');
      await run.ended;
      expect((await run.events()).map(({ state }) => state)).not.toContain('injected');
    }
    await expectSwept(folder);
  });
});

describe('while the fault is in effect', () => {
  it('an API server that restarts is waited for', async () => {
    const steps = await passesDespite(stage, 'restarted', async () => {
      await cluster.stopServer('apiserver');
      await sleep(2_000);
      await cluster.startServer('apiserver');
    });
    expect(steps).toEqual([
      'started',
      'observed',
      'requested',
      'injected',
      'recovering',
      'recovered',
      'quiesced',
      'ended',
    ]);
  });

  it.each(['chaos-controller', 'chaos-daemon'] as const)(
    'without the %s nothing is removed: the run says so, and what to do',
    async (server) => {
      await using folder = await openRunFolder(cluster, planOf(stage, 'stuck', partition(stage)));
      const run = folder.start('run');
      await run.reaches('injected');
      {
        await using _gone = await without(cluster, server);
        const { code, output } = await run.ended;
        expect(code, output).toBe(40);
        expect(output).toContain('steadfast sweep');
      }
      await expectSwept(folder);
    },
  );
});

describe.concurrent('while the fault is in effect, for the runner alone', () => {
  it('watches that go silent hide nothing', async () => {
    await using own = await openCutStage(cluster);
    await passesDespite(own, 'silenced', (pid) => silence(cluster, pid, 6443));
  });

  it('a token that expires is read anew', async () => {
    await using own = await openCutStage(cluster);
    await using account = await openAccount(cluster, own, 'renewed');
    await passesDespite(
      own,
      'renewed',
      async () => {
        await account.renew();
        await account.expireTokens();
        await account.renew();
      },
      account,
    );
  });

  it('a token that expires for good leaves the fault to its end in the cluster, and the run says what to do', async () => {
    await using own = await openCutStage(cluster);
    await using account = await openAccount(cluster, own, 'expired');
    const plan = planOf(own, 'expired', partition(own), LONG_FAULT_MS);
    await using folder = await openRunFolder(cluster, plan, account);
    const run = folder.start('run');
    await run.reaches('injected');
    await account.expireTokens();
    const { code, output } = await run.ended;
    expect(code, output).toBe(40);
    expect(output).toMatch(/Unauthorized|401/);
    expect(output).toContain('steadfast sweep');
    await account.renew();
    await expectSwept(folder, own);
  });
});

/** Runs a plan with a fault long enough to break something meanwhile; gives the steps of the experiment. */
async function passesDespite(
  at: CutStage,
  name: string,
  breaks: (pid: number) => Promise<AsyncDisposable | undefined>,
  account?: Account,
): Promise<string[]> {
  await using folder = await openRunFolder(cluster, planOf(at, name, partition(at), LONG_FAULT_MS), account);
  const run = folder.start('run');
  await run.reaches('injected');
  await using _mended = await breaks(run.child.pid!);
  const { code, output } = await run.ended;
  expect(code, output).toBe(0);
  await expectNothingLeft(at);
  return (await run.events()).map(({ state }) => state);
}
