import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/cli/check.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { explain } from '../../src/cli/explain.ts';
import type { CommandIo } from '../../src/cli/io.ts';
import { schema } from '../../src/cli/schema.ts';
import { fakeRegistries } from '../plan/fake-registries.ts';

const PLANS = join(import.meta.dirname, '../plans');
const GOOD = join(PLANS, 'good/kv-event-sync.yaml');
const BAD = join(PLANS, 'bad/unknown-probe.yaml');
const COMMANDS = { check, explain, schema };

async function run(command: keyof typeof COMMANDS, ...args: string[]) {
  const shown = { stdout: '', stderr: '' };
  const io: CommandIo = {
    stdout: (text) => {
      shown.stdout += text;
    },
    stderr: (text) => {
      shown.stderr += text;
    },
    env: { LAG_GROUP: 'sync' },
    registries: fakeRegistries,
  };
  return { exit: await COMMANDS[command](args, io), ...shown };
}

describe('every command', () => {
  test.each(['check', 'explain', 'schema'] as const)('%s tells its usage', async (command) => {
    const { exit, stdout } = await run(command, '--help');

    expect(exit).toBe(EXIT.pass);
    expect(stdout).toMatch(new RegExp(`^Usage: steadfast ${command}`));
  });

  test.each([
    ['check', []],
    ['check', ['--no-such-option', GOOD]],
    ['explain', []],
    ['schema', [GOOD]],
  ] as const)('%s %j is a usage error', async (command, args) => {
    const { exit, stdout, stderr } = await run(command, ...args);

    expect(exit).toBe(EXIT.badPlan);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage:');
  });
});

describe('check', () => {
  test('a sound plan is one line, warnings stand beside it', async () => {
    const { exit, stdout, stderr } = await run('check', GOOD);

    expect(exit).toBe(EXIT.pass);
    expect(stdout).toMatch(
      /^kv-event-sync: sound \(.*\): 1 experiment, 4 probes, 5 objectives; sha256:[0-9a-f]{64}\n$/,
    );
    expect(stderr).toMatch(/:46:7: warning: .*\n[\s\S]*0 errors, 1 warning\n$/);
  });

  test('one bad plan among good ones is enough', async () => {
    const { exit, stdout, stderr } = await run('check', GOOD, BAD);

    expect(exit).toBe(EXIT.badPlan);
    expect(stdout).toContain('kv-event-sync: sound');
    expect(stderr).toContain(`${BAD}:17:57: spec.objectives[0].indicator.ratio: there is no probe of this name`);
    expect(stderr).toContain('1 error, 1 warning');
  });

  test('a file that is not there is a bad plan', async () => {
    const { exit, stderr } = await run('check', '/no/such/plan.yaml');

    expect(exit).toBe(EXIT.badPlan);
    expect(stderr).toContain('no such file');
  });
});

describe('explain', () => {
  test('tells the schedule, the objectives, the floors and the longest time', async () => {
    const { exit, stdout } = await run('explain', GOOD);

    expect(exit).toBe(EXIT.pass);
    expect(stdout).toContain('Schedule: 3m if all goes well, at the longest 14m13s');
    expect(stdout).toContain(
      '+1m     partition  fault     30s    toxiproxy: blackhole on the proxy kv; slots: engine-port 150',
    );
    expect(stdout).toContain('share of good engine-port samples is at least 100%');
    expect(stdout).toContain('is at most 1.2 times the baseline ttft-before');
    expect(stdout).toContain('recovers: cannot be decided finer than the interval of kv-events, 1s');
    expect(stdout).toContain(
      'stops when sum(rate(http_errors_total[30s])) (prom) is above 50, or says nothing, for 10s',
    );
  });

  test('a fault that strikes once has no length', async () => {
    const { stdout } = await run('explain', join(PLANS, 'warned/one-shot-fault-phase.yaml'));

    expect(stdout).toContain('until all is replaced');
  });

  test('a bad plan is not explained', async () => {
    const { exit, stdout, stderr } = await run('explain', BAD);

    expect(exit).toBe(EXIT.badPlan);
    expect(stdout).toBe('');
    expect(stderr).toContain('there is no probe of this name');
  });
});

test('schema prints JSON', async () => {
  const { exit, stdout } = await run('schema');

  expect(exit).toBe(EXIT.pass);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('2020-12'), title: 'Steadfast plan' });
});
