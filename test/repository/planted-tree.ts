import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const REPOSITORY = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** A tree of files in a temporary folder, with this repository's packages, removed when the test ends. */
export function plantTree(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'steadfast-planted-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['package.json', 'node_modules']) symlinkSync(join(REPOSITORY, name), join(root, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
