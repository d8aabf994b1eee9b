import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DriverType, defineDriver, type Inspection } from '../../src/chaos/contract.ts';
import { check } from '../../src/cli/check.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { CommandIo } from '../../src/cli/io.ts';
import { fakeRegistries } from '../plan/fake-registries.ts';

const PLANS = join(import.meta.dirname, '../plans');
const GOOD = join(PLANS, 'good/kv-event-sync.yaml');
const BAD = join(PLANS, 'bad/unknown-probe.yaml');

/** The fake drivers, which look at their place and see this. */
function looking(inspect: NonNullable<DriverType['inspect']>): CommandIo['registries'] {
  const drivers = [...fakeRegistries.drivers].map(
    ([name, type]) => [name, defineDriver({ ...type, inspect })] as const,
  );
  return { ...fakeRegistries, drivers: new Map(drivers) };
}

async function run(registries: CommandIo['registries'], ...plans: string[]) {
  const shown = { stdout: '', stderr: '' };
  const io: CommandIo = {
    stdout: (text) => {
      shown.stdout += text;
    },
    stderr: (text) => {
      shown.stderr += text;
    },
    env: { LAG_GROUP: 'sync' },
    registries,
  };
  return { exit: await check([...plans, '--cluster'], io), ...shown };
}

const lines: Inspection[] = [
  { state: 'fine', text: 'the controller is ready' },
  { state: 'warning', text: 'the certificate ends soon', command: 'kubectl get secrets' },
  { state: 'problem', text: 'no pod matches', command: 'kubectl get pods' },
];

describe('check --cluster', () => {
  test('says what it saw in aligned lines, and what to run next', async () => {
    const { exit, stdout } = await run(
      looking(async () => lines),
      GOOD,
    );
    expect(exit).toBe(EXIT.notReady);
    expect(stdout.split('\n').slice(1).join('\n')).toBe(
      `fine     the controller is ready
warning  the certificate ends soon
         run: kubectl get secrets
PROBLEM  no pod matches
         run: kubectl get pods
1 problem, 1 warning
`,
    );
  });

  test('is content with warnings', async () => {
    const { exit, stdout } = await run(
      looking(async () => lines.slice(0, 2)),
      GOOD,
    );
    expect(exit).toBe(EXIT.pass);
    expect(stdout).toMatch(/0 problems, 1 warning\n$/);
  });

  test('takes a place that cannot be looked at for a problem', async () => {
    const { exit, stdout } = await run(
      looking(() => Promise.reject(new Error('no route'))),
      GOOD,
    );
    expect(exit).toBe(EXIT.notReady);
    expect(stdout).toContain('its place could not be looked at: no route');
  });

  test('asks nobody while a plan is wrong', async () => {
    let asked = 0;
    const counting = looking(async () => {
      asked++;
      return [];
    });
    const { exit, stderr } = await run(counting, GOOD, BAD);
    expect(exit).toBe(EXIT.badPlan);
    expect(stderr).toContain('The cluster was not asked: the plans come first.');
    expect(asked).toBe(0);
  });

  test('says so where no experiment runs in a cluster', async () => {
    const { exit, stdout } = await run(fakeRegistries, GOOD);
    expect(exit).toBe(EXIT.pass);
    expect(stdout).toMatch(/No experiment of these plans runs in a cluster\.\n$/);
  });
});
