/**
 * Starts a process of the lab again, as a user or a chaos driver would: `node lab/launch.ts <specFile>`.
 * Writes its pid file, returns when it is ready, and leaves it running.
 */
import { releaseAll } from './processes/exit-guard.ts';
import { launch, readSpec } from './processes/launch.ts';

const [specFile] = process.argv.slice(2);
if (specFile === undefined) {
  process.stderr.write('usage: node lab/launch.ts <specFile>\n');
  process.exitCode = 64;
} else {
  const spec = await readSpec(specFile);
  const { pid } = await launch(spec);
  releaseAll();
  process.stdout.write(`${spec.name} ${pid}\n`);
}
