import { basename } from 'node:path';
import { PROGRAM_IMAGE } from './program-image.ts';

const PORT = 9780;

/** Serves a plan that is mounted from the volume `plans`, with the parameters that the run has. */
export function sidecarContainer({ plan, env }: { plan: string; env: Record<string, string> }) {
  return {
    name: 'steadfast',
    image: PROGRAM_IMAGE,
    args: ['serve', `/plans/${basename(plan)}`, '--vantage', 'gateway'],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    readinessProbe: { httpGet: { port: PORT, path: '/readyz' }, periodSeconds: 1 },
    volumeMounts: [{ name: 'plans', mountPath: '/plans', readOnly: true }],
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
