import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './planted-tree.ts';
import { repositoryFiles } from './repository-files.ts';
import { breaches, type TextRule } from './text-rules.ts';

const ANY = /./;
const SOURCE = /\.(?:ts|mjs|js)$/;
/** Folders that documents may name, since they are the same everywhere. */
const CONVENTIONAL = [
  '/',
  '/tmp',
  '/home',
  '/root',
  '/opt',
  '/srv',
  '/usr/src',
  '/app',
  '/src',
  '/builds',
  '/workspace',
];

const rules: TextRule[] = [
  {
    name: 'nothing left to do',
    advice: 'do it, or leave it out',
    files: ANY,
    except: /^(?:package-lock\.json|LICENSE)$/,
    pattern: new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`),
  },
  {
    name: 'every test runs',
    advice: 'take the focus off again',
    files: /^test\/.*\.ts$/,
    pattern: /\b(?:it|test|describe|suite|bench)(?:\.\w+)*\.only\b/,
  },
  {
    name: 'exports have names',
    advice: 'export it by its name',
    files: SOURCE,
    except: /^(?:[^/]+\.config\.ts|\.[^/]+\.mjs)$/,
    pattern: /^export default\b|\bexport \{[^}]*\bas default\b/,
  },
  {
    name: 'types vanish when the program runs',
    advice: 'write a union of literals, or a plain module',
    files: /\.ts$/,
    pattern: /^\s*(?:export )?(?:declare )?(?:const )?enum \w|^\s*(?:export )?namespace \w/,
  },
  {
    name: 'no home of a person',
    advice: 'write a path that is the same everywhere',
    files: ANY,
    pattern: /(?<![\w.~})-])\/(?:home|Users)\/(?!(?:node|user|app|nonroot)\b)[\w.-]+/,
  },
  ...pathsOfThisMachine().map((path) => ({
    name: 'no path of this machine',
    advice: 'write it relative to the repository',
    files: ANY,
    pattern: new RegExp(`(?<![\\w.~})-])${RegExp.escape(path)}(?![\\w-])`),
  })),
  ...registryHosts().map((host) => ({
    name: 'no host of a registry',
    advice: 'leave it to the configuration of the machine',
    files: ANY,
    pattern: new RegExp(`(?<![\\w.-])${RegExp.escape(host)}(?![\\w-])`),
  })),
];

const planted: [rule: string, path: string, text: string][] = [
  ['nothing left to do', 'docs/a.md', `${'TO' + 'DO'}: write this`],
  ['nothing left to do', 'src/a.ts', `// ${'FIX' + 'ME'}`],
  ['every test runs', 'test/a.test.ts', `test${'.only'}('this', () => {});`],
  [
    'every test runs',
    'test/a.test.ts',
    `describe.each([1])${'.skip.only'}('this', () => {});`.replace('.each([1])', ''),
  ],
  ['exports have names', 'src/a.ts', `${'export '}default function a() {}`],
  ['exports have names', 'src/a.ts', `export { a as ${'default'} };`],
  ['types vanish when the program runs', 'src/a.ts', `export ${'enum'} Colour { Red }`],
  ['types vanish when the program runs', 'src/a.ts', `${'name'}space A {}`],
  ['no home of a person', 'docs/a.md', `look into /${'home'}/jane/steadfast`],
  ['no path of this machine', 'docs/a.md', `cd ${REPOSITORY} && make test`],
];

const harmless: [path: string, text: string][] = [
  ['docs/a.md', 'what is left to do; the only test; hack days'],
  ['test/a.test.ts', "test('the only one', () => {});"],
  ['vitest.config.ts', `${'export '}default defineConfig({});`],
  ['src/a.ts', "import { namespace } from './kubernetes.ts';"],
  ['Dockerfile', `WORKDIR /${'home'}/node`],
];

test.each(planted)('%s: %s: %s', (rule, path, text) => {
  expect(breaches(rules, [{ path, text }]).map((breach) => breach.split(': ')[1])).toContain(rule);
});

test.each(harmless)('harmless: %s: %s', (path, text) => {
  expect(breaches(rules, [{ path, text }])).toEqual([]);
});

test('the hosts of the registries of this machine are known, and a file that names one is found', () => {
  const hosts = registryHosts();

  expect(hosts.length).toBeGreaterThan(0);
  const files = hosts.map((host) => ({ path: 'package-lock.json', text: `"resolved": "https://${host}/a.tgz"` }));
  expect(breaches(rules, files)).toHaveLength(hosts.length);
});

test('this repository is free of left-overs, of this machine and of its registries', () => {
  expect(breaches(rules, repositoryFiles())).toEqual([]);
});

function pathsOfThisMachine(): string[] {
  return [REPOSITORY, dirname(REPOSITORY)].filter((path) => !CONVENTIONAL.includes(path));
}

/** Asked of the tools themselves, so that the check holds on any machine and names none. */
function registryHosts(): string[] {
  const answers = [
    answerOf('npm', 'config', 'get', 'registry'),
    answerOf('go', 'env', 'GOPROXY'),
    answerOf('pip', 'config', 'get', 'global.index-url'),
  ];
  const urls = answers
    .join(',')
    .split(/[\s,|]+/)
    .filter((url) => URL.canParse(url));
  return [...new Set(urls.map((url) => new URL(url).hostname))].filter((host) => host.includes('.'));
}

function answerOf(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
