/** `node main.ts <machine.json>`, inside the machine's namespaces: starts every server of node 1, then node 2, and keeps them. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../getting/command.ts';
import { clusterPlace, net } from '../place.ts';
import { makeCertificates } from './certificates.ts';
import { makeCgroups } from './cgroups.ts';
import type { MachineContext } from './component.ts';
import type { ComponentName } from './components/all.ts';
import { serveControl } from './control.ts';
import { importImages } from './images.ts';
import { setUpNetwork } from './network.ts';
import { chaosMeshObjects } from './objects/chaos-mesh.ts';
import { createFromFile, createObjects } from './objects/create.ts';
import { dnsObjects } from './objects/dns.ts';
import { webhookObjects } from './objects/webhooks.ts';
import { readMachineSpec } from './spec.ts';
import { createSupervisor } from './supervisor.ts';
import { kubeconfigOf, writeUsers } from './users.ts';

const spec = await readMachineSpec(process.argv[2]!);
const place = clusterPlace(spec.folder);
const context: MachineContext = { spec, place };
const supervisor = createSupervisor(context);
const began = performance.now();

await Promise.all([setUpNetwork(), makeCgroups(), makeCertificates(place.certificates), writeUsers(place)]);
await Promise.all([startRuntime(), startApi()]);
await Promise.all([
  start(...(spec.netem ? (['netem-node'] as const) : [])),
  start('kubelet', 'proxy'),
  start('scheduler', 'controller-manager', 'dns'),
  startChaosMesh(),
]);
await untilNodeReady();
await serveControl(place.controlSocket, supervisor);
say('the cluster is up');

async function startRuntime(): Promise<void> {
  await start('containerd');
  await importImages(context);
}

async function startApi(): Promise<void> {
  await start('etcd');
  await start('apiserver');
  const namespaces = ['chaos-mesh'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  await createObjects(context, 'cluster', [...namespaces, ...dnsObjects]);
}

async function startChaosMesh(): Promise<void> {
  await createFromFile(context, join(spec.programs.chaosMesh, 'crd.yaml'));
  await createObjects(context, 'chaos-mesh', await chaosMeshObjects(place));
  await start('chaos-controller', 'chaos-daemon');
  // Not before: nothing of Chaos Mesh can be made while the hooks are set and the controller is not there to answer.
  await createObjects(context, 'webhooks', await webhookObjects(place));
}

async function start(...names: ComponentName[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      await supervisor.start(name);
      say(`${name}: running`);
    }),
  );
}

async function untilNodeReady(): Promise<void> {
  const wait = ['wait', '--for=condition=Ready', `node/${net.nodeName}`, '--timeout=60s'];
  const kubectl = join(spec.programs.kubernetes, 'kubectl');
  for (const end = performance.now() + 60_000; ; await sleep(200)) {
    try {
      return void (await runCommand(kubectl, ['--kubeconfig', kubeconfigOf(place, 'admin'), ...wait], {
        timeoutMs: 70_000,
      }));
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

function say(what: string): void {
  process.stdout.write(`${Math.round(performance.now() - began)} ms: ${what}\n`);
}
