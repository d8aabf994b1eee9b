import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../getting/command.ts';
import type { MachineContext } from '../machine/component.ts';
import { daemonPorts } from '../machine/components/chaos-mesh.ts';
import { kubeconfigOf } from '../machine/users.ts';
import { netemNode } from './addresses.ts';
import { netemNodePlace } from './place.ts';

const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `chaos-daemon-${netemNode.name}`,
    namespace: 'chaos-mesh',
    labels: {
      'app.kubernetes.io/component': 'chaos-daemon',
      'kubernetes.io/service-name': 'chaos-daemon',
      'endpointslice.kubernetes.io/managed-by': 'steadfast-lab',
    },
  },
  addressType: 'IPv4',
  endpoints: [{ addresses: [netemNode.address], nodeName: netemNode.name, conditions: { ready: true } }],
  ports: Object.entries(daemonPorts).map(([name, port]) => ({ name, port, protocol: 'TCP' })),
};

/** The controller finds the daemon of a node by such a slice, since the daemon is no pod. */
export async function writeDaemonSlice({ spec, place }: MachineContext): Promise<void> {
  const file = netemNodePlace(place).configFile('daemon-slice.json');
  await writeFile(file, JSON.stringify(slice));
  const apply = ['--kubeconfig', kubeconfigOf(place, 'admin'), 'apply', '--validate=false', '-f', file];
  await runCommand(join(spec.programs.kubernetes, 'kubectl'), apply);
}
