import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { mergeChunks } from '../../tools/merge-chunks.ts';
import { plantTree } from '../repository/planted-tree.ts';

/** Two features share a counter with each other and with what one of them loads late; each has an export of the same name. */
const sources = {
  'src/main.ts': `import { early } from './early.ts';
const features = { one: () => import('./one.ts'), two: () => import('./two.ts'), late: () => import('./late.ts') };
const said: string[] = [early];
for (const name of process.argv.slice(2)) said.push(await (await features[name as keyof typeof features]()).run());
console.log(said.join(' '));
`,
  'src/early.ts': "export const early = 'early';\n",
  'src/counter.ts': 'let count = 0;\nexport function next() {\n  return ++count;\n}\n',
  'src/one.ts': `import { next } from './counter.ts';
import { early } from './early.ts';
export const run = async () => \`one\${next()}\${early} \${await (await import('./late.ts')).run()}\`;
`,
  'src/two.ts': "import { next } from './counter.ts';\nexport const run = async () => 'two' + next();\n",
  'src/late.ts': "import { next } from './counter.ts';\nexport const run = async () => 'late' + next();\n",
};

test('merged chunks keep one state with those that stay apart, and load as one file', { timeout: 30_000 }, async () => {
  const root = plantTree(sources);
  const entryPoints = { steadfast: 'src/main.ts' };
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints, outdir: join(root, 'dist'), chunkNames: 'chunks/[name]-[hash]' },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', minify: true, metafile: true },
  });
  const apart = run(root);

  await mergeChunks({ root, metafile, together: ['src/one.ts', 'src/two.ts'] });

  expect(run(root)).toBe(apart);
  expect(apart).toBe('early one1early late2 two3 late4\n');
  const merged = readFileSync(join(root, 'dist/chunks/merged.js'), 'utf8');
  expect(merged).toContain('one');
  expect(merged).toContain('two');
  expect(merged, 'what is loaded late stays apart').not.toContain('"late"');
  const early = Object.keys(metafile.outputs).find((path) => 'src/early.ts' in metafile.outputs[path]!.inputs)!;
  expect(readFileSync(join(root, early), 'utf8'), 'what the program begins with stays apart').toContain('"early"');
});

function run(root: string): string {
  return execFileSync(process.execPath, [join(root, 'dist/steadfast.js'), 'one', 'two', 'late'], { encoding: 'utf8' });
}
