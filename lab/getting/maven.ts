import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** Copies artifacts (`group:name:version`) and all they depend on into one folder. */
export async function copyWithMaven(maven: string, artifacts: readonly string[], into: string): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-maven-'));
  try {
    await writeFile(join(cwd, 'pom.xml'), projectWith(artifacts));
    const copy = ['-B', '-q', 'dependency:copy-dependencies', `-DoutputDirectory=${into}`];
    await runCommand(maven, copy, { cwd, timeoutMs: 10 * 60_000 });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

function projectWith(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>lab</groupId><artifactId>lab</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('\n')}</dependencies></project>`,
  ].join('\n');
}
