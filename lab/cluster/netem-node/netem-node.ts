/**
 * The second node, whose kernel can delay, lose and garble packets: user-mode Linux, an ordinary process of the machine. It
 * sees the machine's files and is linked to its bridge; only pods that ask for its label run there.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../getting/command.ts';
import { answersHttp } from '../machine/answering.ts';
import type { DescribeComponent, MachineContext } from '../machine/component.ts';
import { daemonPorts } from '../machine/components/chaos-mesh.ts';
import { kubeconfigOf } from '../machine/users.ts';
import { net } from '../place.ts';
import { netemNode as own } from './addresses.ts';
import { writeDaemonSlice } from './daemon-slice.ts';
import { endLeftOver } from './left-over.ts';
import { netemNodePlace } from './place.ts';
import { writeSettings } from './settings.ts';

const checkout = join(import.meta.dirname, '..', '..', '..');
const memory = '3G';

export const netemNode: DescribeComponent = async (context) => {
  await endLeftOver(netemNodePlace(context.place).kernel);
  const place = await writeSettings(context);
  await setUpLink();
  const { userModeLinux } = context.spec.programs;
  return {
    command: [
      // Each call of a process in there is a switch between two processes out here: behind others it would wait each time.
      ...['nice', '-n', '-10'],
      userModeLinux,
      ...[`mem=${memory}`, 'rootfstype=hostfs', 'ro', 'quiet', 'con=null', 'con0=null,fd:1'],
      ...[`uml_dir=${place.kernel}`, 'umid=netem'],
      `vec0:transport=tap,ifname=${own.tap},depth=128,gro=1`,
      // What the kernel does not know is passed on to the first process.
      `NODE_FOLDER=${context.place.path}`,
      `NODE_CHECKOUT=${checkout}`,
      `NODE_MODULES=${await modulesOf(userModeLinux)}`,
      `NODE_SETTINGS=${place.settings}`,
      ...['init=/bin/bash', '--', join(import.meta.dirname, 'boot.sh')],
    ],
    // A quarter of a minute on a machine that has nothing else to do.
    readyWithinMs: 150_000,
    ready: async () => {
      await answersHttp(`http://${own.address}:${daemonPorts.http}/metrics`);
      await expectNodeReady(context);
      await writeDaemonSlice(context);
    },
  };
};

async function setUpLink(): Promise<void> {
  const ip = (...args: string[]) => runCommand('ip', args);
  await ip('tuntap', 'del', 'dev', own.tap, 'mode', 'tap');
  await ip('tuntap', 'add', 'dev', own.tap, 'mode', 'tap');
  await ip('link', 'set', own.tap, 'master', net.bridge, 'up');
  await ip('route', 'replace', own.podRange, 'via', own.address);
}

/** The package brings the modules of exactly one kernel. */
async function modulesOf(userModeLinux: string): Promise<string> {
  const folder = join(dirname(userModeLinux), '..', 'lib', 'uml', 'modules');
  const [version] = await readdir(folder);
  if (version === undefined) throw new Error(`there are no kernel modules in ${folder}`);
  return join(folder, version);
}

async function expectNodeReady({ spec, place }: MachineContext): Promise<void> {
  const status = '{.status.conditions[?(@.type=="Ready")].status}';
  const get = ['get', 'node', own.name, `--output=jsonpath=${status}`];
  const kubectl = join(spec.programs.kubernetes, 'kubectl');
  const answer = await runCommand(kubectl, ['--kubeconfig', kubeconfigOf(place, 'admin'), ...get]);
  if (answer !== 'True') throw new Error(`${own.name} is not Ready`);
}
