import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandOptions, runCommand } from './command.ts';
import { objectIn } from './go.ts';

export interface KubernetesBuild {
  go: string;
  version: string;
  programs: readonly string[];
  /** Folder to write the programs to. */
  output: string;
}

const module = 'k8s.io/kubernetes';

/** Builds programs of Kubernetes. Its module takes the libraries it is made with from a folder beside it, which a download lacks. */
export async function buildKubernetes({ go, version, programs, output }: KubernetesBuild): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-go-'));
  const options = { cwd, env: { GOFLAGS: '-mod=mod', CGO_ENABLED: '0' }, timeoutMs: 40 * 60_000 };
  try {
    await runCommand(go, ['mod', 'init', 'lab'], options);
    const libraries = await librariesBeside(go, version, options);
    const sameRelease = version.replace(/^1\./, 'v0.');
    const replacements = libraries.map((name) => `-replace=${name}=${name}@${sameRelease}`);
    await runCommand(go, ['mod', 'edit', `-require=${module}@v${version}`, ...replacements], options);
    const packages = programs.map((program) => `${module}/cmd/${program}`);
    await runCommand(go, ['get', ...packages.map((name) => `${name}@v${version}`)], options);
    await runCommand('nice', [go, 'build', `-ldflags=${flagsFor(version)}`, '-o', `${output}/`, ...packages], options);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function librariesBeside(go: string, version: string, options: CommandOptions): Promise<string[]> {
  const download = await runCommand(go, ['mod', 'download', '-json', `${module}@v${version}`], options);
  const { GoMod } = JSON.parse(objectIn(download)) as { GoMod: string };
  const names = [...(await readFile(GoMod, 'utf8')).matchAll(/(k8s\.io\/[a-z-]+) => \.\/staging/g)];
  return [...new Set(names.map(([, name]) => name!))];
}

/** Without these the programs say that they are of version 0. */
function flagsFor(version: string): string {
  const [major, minor] = version.split('.');
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s -w', ...settings].join(' ');
}
