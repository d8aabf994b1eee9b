import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabFolder } from '../../../lab/processes/lab-folder.ts';
import type { LaunchSpec } from '../../../lab/processes/launch.ts';
import { freePorts } from '../../../lab/processes/ports.ts';

/** A program that answers 200 on a port and writes a line to its log. */
const answering = `
  const { createServer } = await import('node:http');
  console.log('answering');
  createServer((_, response) => response.end()).listen(Number(process.argv[2]), '127.0.0.1');
`;

/** What it takes to launch a small program of a test's own. */
export async function someSpec(folder: LabFolder, name: string, program = answering): Promise<LaunchSpec> {
  const [port] = await freePorts(1);
  const file = join(folder.path, `${name}.mjs`);
  writeFileSync(file, program);
  return {
    name,
    command: [process.execPath, file, `${port}`],
    cwd: folder.path,
    env: {},
    logFile: folder.logFile(name),
    pidFile: folder.pidFile(name),
    readiness: { kind: 'http', url: `http://127.0.0.1:${port}/` },
    readyWithinMs: 10_000,
  };
}
