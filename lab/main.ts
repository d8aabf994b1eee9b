/** `node lab/main.ts up|down|status|resolve`: the lab from the command line. */
import { parseArgs } from 'node:util';
import { runCommand } from './main/commands.ts';

const usage = `usage: node lab/main.ts <command> [options]

  up [--only a,b] [--name NAME] [--rules FILE] [--webhook URL] [--detach]
                      start servers and workloads; runs until Ctrl-C unless detached
  down [--name NAME]  stop a lab and everything it started
  status              which labs are up, and which of their processes run
  resolve [PART...]   only get the parts, with progress
  cluster [--one-node]
                      start a Kubernetes with Chaos Mesh, which stays; or say how to use the one that is up
  workloads [NAME...] [--netem a,b]
                      bring workloads up in it as pods, some of them on the node whose kernel has netem
  in-cluster -- COMMAND...
                      run a command in the cluster's network; a cluster that is started for it ends with it
  cluster-parts       only get what a cluster is made of, with progress
  cluster-down        remove it and everything that it made
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    name: { type: 'string', default: 'demo' },
    rules: { type: 'string' },
    webhook: { type: 'string' },
    'one-node': { type: 'boolean', default: false },
    netem: { type: 'string' },
    detach: { type: 'boolean', default: false },
  },
});
const [command, ...rest] = positionals;

try {
  const known = await runCommand(command, rest, values, (line) => process.stdout.write(`${line}\n`));
  if (!known) {
    process.stderr.write(usage);
    process.exitCode = 64;
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 69;
}
