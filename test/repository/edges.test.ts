import { expect, test } from 'vitest';
import { repositoryFiles } from './repository-files.ts';
import { breaches, type TextRule } from './text-rules.ts';

/** Not preceded by the mark of a comment line. */
const code = (pattern: string) => new RegExp(`^(?!\\s*(?://|/?\\*)).*?(${pattern})`);

const rules: TextRule[] = [
  {
    name: 'one door to the process',
    advice:
      'only src/main.ts sees arguments, environment, signals and the exit code; take what you need as a parameter',
    files: /^src\/.*\.ts$/,
    except: /^src\/main\.ts$/,
    pattern: code(
      String.raw`\bprocess\.(?:exit|exitCode|argv|env|on|once|addListener)\b|from 'node:process'|\{[^}]*\} = process\b`,
    ),
  },
  {
    name: 'time comes from the clock',
    advice: 'take the time from the Clock that is handed in, or as a parameter',
    files: /^src\/(?:slo|plan|scheduler)\/.*\.ts$/,
    except: /^src\/scheduler\/system-clock\.ts$/,
    pattern: code(
      String.raw`\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b|\bset(?:Timeout|Interval)\b|\bAbortSignal\.timeout\b|node:timers`,
    ),
  },
  {
    name: 'chance comes from the seed',
    advice: 'take a random() that is seeded from the plan, so that a run can be repeated',
    files: /^src\/(?:slo|plan|scheduler|timeline)\/.*\.ts$/,
    pattern: code(String.raw`\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b`),
  },
  {
    name: 'everyone speaks by a name',
    advice: 'name the thing that the file holds',
    files: /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\.[a-z]+)*(?:\.ts|\/)/,
    pattern: /^/,
  },
];

/** Each text breaks the rule when it stands in a file of that name. */
const planted: [rule: string, path: string, text: string][] = [
  ['one door to the process', 'src/cli/run.ts', 'const args = process.argv.slice(2);'],
  ['one door to the process', 'src/clients/http.ts', "if (process.env['PROXY']) return;"],
  ['one door to the process', 'src/slo/judge.ts', '  process.exit(1);'],
  ['one door to the process', 'src/cli/run.ts', '  process.exitCode = 10;'],
  ['one door to the process', 'src/chaos/process/driver.ts', "process.once('SIGTERM', recover);"],
  ['one door to the process', 'src/cli/run.ts', "import { env } from 'node:process';"],
  ['one door to the process', 'src/cli/run.ts', 'const { env } = process;'],
  ['time comes from the clock', 'src/slo/judge.ts', 'const judgedAt = new Date();'],
  ['time comes from the clock', 'src/plan/load.ts', 'const now = Date.now();'],
  ['time comes from the clock', 'src/scheduler/conductor.ts', 'await new Promise((done) => setTimeout(done, 5));'],
  ['time comes from the clock', 'src/scheduler/deadline.ts', 'const signal = AbortSignal.timeout(1000);'],
  ['time comes from the clock', 'src/scheduler/lane.ts', 'const started = performance.now();'],
  ['time comes from the clock', 'src/scheduler/lane.ts', "import { setTimeout as sleep } from 'node:timers/promises';"],
  ['chance comes from the seed', 'src/scheduler/lane.ts', 'const jitter = Math.random();'],
  ['chance comes from the seed', 'src/timeline/journal.ts', 'const id = randomUUID();'],
  ['everyone speaks by a name', 'src/plan/utils.ts', 'export const x = 1;'],
  ['everyone speaks by a name', 'test/helpers/server.ts', 'export const x = 1;'],
  ['everyone speaks by a name', 'src/plan/common.test.ts', 'export const x = 1;'],
];

const harmless: [path: string, text: string][] = [
  ['src/main.ts', 'process.exitCode = await main(process.argv, process.env);'],
  ['src/scheduler/system-clock.ts', 'timer = setTimeout(fire, 5);'],
  ['src/probes/tcp.ts', 'const timer = setTimeout(giveUp, timeoutMs);'],
  ['src/slo/judge.ts', '  // Date.now() is not asked here'],
  ['src/slo/judge.ts', ' * nor does it call `process.exit`'],
  ['src/slo/reference.ts', 'const at = new Date(reference.start).getTime();'],
  ['src/chaos/process/kill.ts', 'process.kill(pid, 0);'],
  ['lab/main.ts', 'process.exit(1);'],
];

test.each(planted)('%s: %s: %s', (rule, path, text) => {
  expect(breaches(rules, [{ path, text }]).map((breach) => breach.split(': ')[1])).toEqual([rule]);
});

test.each(harmless)('harmless: %s: %s', (path, text) => {
  expect(breaches(rules, [{ path, text }])).toEqual([]);
});

test('every rule has a planted breach', () => {
  expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules.map(({ name }) => name)));
});

test('this repository keeps time, chance and the process at its edges', () => {
  expect(breaches(rules, repositoryFiles(/\.ts$/))).toEqual([]);
});
