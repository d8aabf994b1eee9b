import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandOptions, runCommand } from './command.ts';
import { objectIn } from './go.ts';

export interface ChaosMeshBuild {
  go: string;
  cc: string;
  /** Time and hash of the commit, as Go writes them. */
  commit: string;
  /** What the programs say of themselves. */
  version: string;
  programs: readonly string[];
  /** Folder to write the programs and `crd.yaml` to. */
  output: string;
}

const module = 'github.com/chaos-mesh/chaos-mesh';

/**
 * Builds programs of Chaos Mesh in a copy of its module, since the daemon takes in two C files that must be compiled beside
 * its sources. Tags cannot be asked for by name: the module is not named as a second major version has to be.
 */
export async function buildChaosMesh(build: ChaosMeshBuild): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-go-'));
  const options = { cwd, env: { GOFLAGS: '-mod=mod', CGO_ENABLED: '1' }, timeoutMs: 40 * 60_000 };
  try {
    const source = await download(build, options);
    await runCommand('cp', ['-r', '--no-preserve=mode', `${source}/.`, cwd], options);
    await runCommand(build.go, ['mod', 'edit', `-replace=${module}/api=${module}/api@v0.0.0-${build.commit}`], options);
    await compileClocks(build.cc, cwd);
    const flags = `-s -w -X ${module}/pkg/version.gitVersion=v${build.version}`;
    const packages = build.programs.map((program) => `./cmd/${program}`);
    await runCommand('nice', [build.go, 'build', `-ldflags=${flags}`, '-o', `${build.output}/`, ...packages], options);
    await cp(join(cwd, 'manifests', 'crd.yaml'), join(build.output, 'crd.yaml'));
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function download({ go, commit }: ChaosMeshBuild, options: CommandOptions): Promise<string> {
  const answer = await runCommand(go, ['mod', 'download', '-json', `${module}@v0.9.1-0.${commit}`], options);
  return (JSON.parse(objectIn(answer)) as { Dir: string }).Dir;
}

/** The images of clocks that are put into processes whose time is shifted. */
async function compileClocks(cc: string, root: string): Promise<void> {
  const cwd = join(root, 'pkg', 'time', 'fakeclock');
  for (const file of await readdir(cwd))
    if (file.endsWith('.c')) await runCommand(cc, ['-c', '-fPIE', '-O2', '-o', file.replace(/c$/, 'o'), file], { cwd });
}
