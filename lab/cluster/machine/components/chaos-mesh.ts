import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { net } from '../../place.ts';
import { accepts, answersHttp } from '../answering.ts';
import type { DescribeComponent, MachineContext } from '../component.ts';
import { kubeconfigOf } from '../users.ts';
import { containerdSocket, pauseImage } from './containerd.ts';

export const controllerPorts = { webhook: 9443, metrics: 10080 } as const;
export const daemonPorts = { grpc: 31767, http: 31766 } as const;

export const chaosController: DescribeComponent = async (context) => {
  const certificates = await layOutCertificates(context);
  return {
    command: [join(context.spec.programs.chaosMesh, 'chaos-controller-manager')],
    env: {
      KUBECONFIG: kubeconfigOf(context.place, 'chaos-mesh'),
      NAMESPACE: 'chaos-mesh',
      CERTS_DIR: certificates,
      WEBHOOK_PORT: String(controllerPorts.webhook),
      METRICS_PORT: String(controllerPorts.metrics),
      CHAOS_DAEMON_SERVICE_PORT: String(daemonPorts.grpc),
      POD_FAILURE_PAUSE_IMAGE: pauseImage,
      ENABLE_LEADER_ELECTION: 'false',
      CHAOSD_SECURITY_MODE: 'false',
      CHAOS_DNS_SERVICE_NAME: 'chaos-mesh-dns-server',
      CHAOS_DNS_SERVICE_PORT: '9288',
    },
    ready: () => accepts({ host: net.nodeAddress, port: controllerPorts.webhook }),
  };
};

/** The names that a mounted secret of type TLS would have. */
async function layOutCertificates({ place }: MachineContext): Promise<string> {
  const folder = join(place.certificates, 'webhook');
  await mkdir(folder, { recursive: true });
  await copyFile(join(place.certificates, 'webhook.crt'), join(folder, 'tls.crt'));
  await copyFile(join(place.certificates, 'webhook.key'), join(folder, 'tls.key'));
  await copyFile(join(place.certificates, 'ca.crt'), join(folder, 'ca.crt'));
  return folder;
}

export const chaosDaemon: DescribeComponent = async ({ spec }) => ({
  command: [
    join(spec.programs.chaosMesh, 'chaos-daemon'),
    '--runtime=containerd',
    `--runtime-socket-path=${containerdSocket}`,
    `--grpc-port=${daemonPorts.grpc}`,
    `--http-port=${daemonPorts.http}`,
  ],
  ready: () => answersHttp(`http://${net.nodeAddress}:${daemonPorts.http}/metrics`),
});
