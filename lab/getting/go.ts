import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

export interface GoBuild {
  go: string;
  module: string;
  version: string;
  /** Folder of the program in its module; empty where it is the module itself. */
  program: string;
  /** Path of the program to write. */
  output: string;
}

/** Builds one program of a Go module, at the versions its own go.mod asks for. */
export async function buildWithGo(build: GoBuild): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-go-'));
  const options = { cwd, env: { GOFLAGS: '-mod=mod', CGO_ENABLED: '0' }, timeoutMs: 25 * 60_000 };
  try {
    await runCommand(build.go, ['mod', 'init', 'lab'], options);
    await runCommand(build.go, ['get', `${build.module}@v${build.version}`], options);
    const from = [build.module, build.program].filter((text) => text !== '').join('/');
    await runCommand('nice', [build.go, 'build', '-ldflags=-s -w', '-o', build.output, from], options);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Go tells on the other stream what it downloads meanwhile. */
export function objectIn(output: string): string {
  return output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1);
}
