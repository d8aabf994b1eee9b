import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { plantTree, REPOSITORY } from '../repository/planted-tree.ts';

const lazy = ['axios', '@platformatic/kafka', '@temporalio/client', 'prom-client'];

const program = `#!/usr/bin/env node
import { parse } from 'yaml';
import { z } from 'zod';
const names = (it: object) => Object.keys(it).filter((name) => name !== 'module.exports').sort();
const packages: Record<string, () => Promise<object>> = {
${lazy.map((name) => `  '${name}': () => import('${name}'),`).join('\n')}
};
const wanted = process.argv[2];
const version = typeof STEADFAST_VERSION === 'string' ? STEADFAST_VERSION : 'from source';
console.log(JSON.stringify(wanted ? names(await packages[wanted]!()) : { version, complaint: z.string().safeParse(1).error?.issues[0]?.message, ...parse('yaml: works') }));
`;

test('the bundle runs alone, and each package that comes late brings the names it has in Node', {
  timeout: 60_000,
}, () => {
  const root = plantTree({ 'src/main.ts': program });
  const inNode = lazy.map((name) => run(join(root, 'src/main.ts'), name));

  run(join(REPOSITORY, 'tools/build.ts'), root);
  rmSync(join(root, 'node_modules'));

  const bundled = join(root, 'dist/steadfast.js');
  expect(JSON.parse(execFileSync(bundled, { encoding: 'utf8' }))).toEqual({
    version: packageJson.version,
    complaint: 'Invalid input: expected string, received number',
    yaml: 'works',
  });
  expect(lazy.map((name) => run(bundled, name))).toEqual(inNode);
  expect(statSync(bundled).size).toBeLessThan(500_000);
});

function run(file: string, argument: string): string {
  return execFileSync(process.execPath, [file, argument], { encoding: 'utf8' });
}
