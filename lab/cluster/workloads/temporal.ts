import type { Workload } from './groups.ts';
import { deployment, readyByHttp, resources, service } from './objects.ts';
import { hostFile, programContainer } from './programs.ts';

const namespace = 'temporal';
const labels = { 'app.kubernetes.io/name': 'temporal', 'app.kubernetes.io/component': 'frontend' };
const ports = { grpc: 7233, http: 7243, metrics: 9090 };

export const temporalNamespace = 'bytebot';
export const temporalAddress = `temporal-frontend.${namespace}.svc.cluster.local:${ports.grpc}`;

const ownNamespace = `/api/v1/namespaces/${temporalNamespace}`;

/** After an overload its database may stay broken until the process begins anew. */
function restartedWithout(port: number, path: string) {
  return { httpGet: { port, path }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 6 };
}

/** The dev server. Its workflows outlive its process, not its pod. */
export const temporal: Workload = {
  namespace,
  pods: { selector: 'app.kubernetes.io/name=temporal', port: ports.grpc },
  needs: [],
  objects: async ({ image, resolver, nodeSelector }) => {
    const program = await hostFile('temporal', (await resolver('temporal')).path);
    const part = programContainer({
      name: 'temporal',
      image,
      command: [
        program.at,
        ...['server', 'start-dev', '--headless', '--ip', '0.0.0.0', '--log-level', 'warn'],
        ...['--namespace', temporalNamespace, '--db-filename', '/data/temporal.db'],
        ...['--port', `${ports.grpc}`, '--http-port', `${ports.http}`, '--metrics-port', `${ports.metrics}`],
      ],
      host: [program],
      inMemory: { data: '/data' },
      ports,
      more: {
        env: [{ name: 'HOME', value: '/data' }],
        readinessProbe: readyByHttp(ports.http, ownNamespace),
        livenessProbe: restartedWithout(ports.http, ownNamespace),
        resources: resources({ cpu: '200m', memory: '128Mi', memoryLimit: '512Mi' }),
      },
    });
    const name = 'temporal-frontend';
    return [
      deployment({ namespace, name, labels, alone: true, part, nodeSelector }),
      service({ namespace, name, selector: labels, ports: { grpc: ports.grpc, http: ports.http }, headless: true }),
    ];
  },
};
