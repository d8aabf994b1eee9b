import { PROGRAM_IMAGE } from './program-image.ts';

const PORT = 9780;

export interface Served {
  env: Record<string, string>;
}

/** Serves what is mounted from the volume `plans`, with the parameters that the run has. */
export function sidecarContainer({ env }: Served) {
  return {
    name: 'steadfast',
    image: PROGRAM_IMAGE,
    args: ['serve', '/plans', '--vantage', 'gateway'],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    volumeMounts: [{ name: 'plans', mountPath: '/plans', readOnly: true }],
  };
}

/** In a pod of its own. Beside the gateway it would take that out of its Service whenever it is not ready. */
export function twinContainer(served: Served) {
  return {
    ...sidecarContainer(served),
    readinessProbe: { httpGet: { port: PORT, path: '/readyz' }, periodSeconds: 1 },
  };
}

/** Its name leads to every pod that serves. */
export function sidecarService(namespace: string, selector: Record<string, string> = { app: 'gateway-plugins' }) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name: 'steadfast-gateway' },
    spec: { clusterIP: 'None', selector, ports: [{ name: 'http', port: PORT }] },
  };
}
