/** `npm run build`: makes dist/ from src/, and says what each file weighs. Takes another project's folder as its argument. */
import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from './bundle.ts';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
await bundle({ root, outDir: join(root, 'dist') });
const files = globSync('dist/**/*.{js,txt}', { cwd: root })
  .map((path) => ({ path, bytes: statSync(join(root, path)).size }))
  .sort((one, other) => other.bytes - one.bytes);
for (const { path, bytes } of files) console.log(`${kilobytes(bytes)}  ${path}`);
console.log(`${kilobytes(files.reduce((total, { bytes }) => total + bytes, 0))}  in all`);

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`.padStart(9);
}
