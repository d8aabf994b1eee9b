import { clusterId, quickStart, quietLog, settingsOfASmallCluster } from '../../servers/kafka.ts';
import type { Workload } from './groups.ts';
import { checkoutFolder, programFile } from './node-programs.ts';
import { configMap, deployment, resources, service } from './objects.ts';
import { hostFolder, hostJava, programContainer } from './programs.ts';

const namespace = 'kafka';
const labels = {
  'strimzi.io/name': 'core-cluster-kafka',
  'strimzi.io/cluster': 'core-cluster',
  'strimzi.io/kind': 'Kafka',
};
const port = 9092;
/** For clients in the cluster's network that do not know its names: told the pod's address instead. */
const addressPort = 9094;
const [hostname, subdomain] = ['core-cluster-kafka-0', 'core-cluster-kafka-brokers'];

export const kafkaAddress = `core-cluster-kafka-bootstrap.${namespace}.svc.cluster.local:${port}`;

/** One broker that is controller too, known to its clients by a name that leads to its pod. Its topics are there before it is Ready. */
export const kafka: Workload = {
  namespace,
  pods: { selector: 'strimzi.io/name=core-cluster-kafka', port: addressPort },
  needs: [],
  objects: async ({ image, resolver, nodeSelector }) => {
    const [java, jars] = await Promise.all([resolver('java'), resolver('kafka')]);
    const { command, host } = await hostJava(java.path);
    const run = [command, ...quickStart, ...quietLog, '-cp', "'/opt/lab/kafka/*'"].join(' ');
    const part = programContainer({
      name: 'kafka',
      image,
      command: ['sh', '-c', startScript(run)],
      host: [await hostFolder('kafka', jars.path, '/opt/lab/kafka'), ...host, await checkoutFolder()],
      scratch: { data: '/data' },
      configs: { 'broker-config': '/config' },
      ports: { kafka: port, address: addressPort },
      more: {
        env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
        readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
        lifecycle: { postStart: { exec: { command: ['node', programFile('make-topics.ts'), `127.0.0.1:${port}`] } } },
        resources: resources({ cpu: '150m', memory: '400Mi', memoryLimit: '768Mi' }),
      },
    });
    const pod = { hostname, subdomain };
    const name = 'core-cluster-kafka';
    const reached = { namespace, selector: labels, ports: { kafka: port }, headless: true } as const;
    return [
      configMap(namespace, 'broker-config', { 'server.properties': brokerSettings() }),
      deployment({ namespace, name, labels, alone: true, part, nodeSelector, pod }),
      service({ ...reached, name: 'core-cluster-kafka-bootstrap' }),
      service({ ...reached, name: subdomain, early: true }),
    ];
  },
};

function startScript(java: string): string {
  return [
    'sed "s/POD_IP/$POD_IP/" /config/server.properties >/data/server.properties',
    `${java} kafka.tools.StorageTool format --ignore-formatted --cluster-id ${clusterId} --config /data/server.properties`,
    `exec ${java} kafka.Kafka /data/server.properties`,
  ].join(' && ');
}

function brokerSettings(): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': '1@127.0.0.1:9093',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    listeners: `PLAIN://0.0.0.0:${port},ADDRESS://0.0.0.0:${addressPort},CONTROLLER://127.0.0.1:9093`,
    'advertised.listeners': `PLAIN://${hostname}.${subdomain}.${namespace}.svc.cluster.local:${port},ADDRESS://POD_IP:${addressPort}`,
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,ADDRESS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': '/data/logs',
    ...settingsOfASmallCluster,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
