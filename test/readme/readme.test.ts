import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import { blocksOf, readme, session } from './readme.ts';

const root = new URL('../../', import.meta.url);

it('shows the plan that it names, to the letter', () => {
  expect(blocksOf('yaml')).toEqual([readFileSync(new URL('examples/first.yaml', root), 'utf8')]);
});

it('shows a plan that has nothing wrong with it', async () => {
  const { plans, diagnostics } = await load(['examples/first.yaml'], registries, {});

  expect(diagnostics).toEqual([]);
  expect(plans).toHaveLength(1);
});

it('says every exit code, and no other', () => {
  const said = [...readme().matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));

  expect(said.sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
});

it('runs the plan that it shows', () => {
  expect(session().command).toBe('make demo PLAN=examples/first.yaml');
});

it('names only commands that the program has', () => {
  const commands = new Set([...readme().matchAll(/`steadfast ([a-z]+)/g)].map(([, name]) => name));
  const usage = readFileSync(new URL('src/main.ts', root), 'utf8');

  for (const command of commands)
    expect(usage, `steadfast ${command}`).toMatch(new RegExp(`^  ${command}: async`, 'm'));
});

it('names only targets that the Makefile has', () => {
  const makefile = readFileSync(new URL('Makefile', root), 'utf8');
  const targets = new Set([...readme().matchAll(/make ([a-z]+)/g)].map(([, name]) => name));

  for (const target of targets) expect(makefile, `make ${target}`).toMatch(new RegExp(`^${target}:`, 'm'));
});
