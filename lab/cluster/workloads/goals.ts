import type { ConsumerConfig } from '../../workloads/consumer.ts';
import type { GeneratorConfig } from '../../workloads/goal-generator.ts';
import type { WorkerConfig } from '../../workloads/temporal-worker.ts';
import type { Workload } from './groups.ts';
import { kafkaAddress } from './kafka.ts';
import { nodeProgram } from './node-programs.ts';
import { deployment, type KubeObject, madeBy } from './objects.ts';
import { hostFile } from './programs.ts';
import { temporalAddress, temporalNamespace } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

const namespace = 'bytebot';
const needs = { cpu: '50m', memory: '96Mi', memoryLimit: '512Mi' };

export const consumerGroup = 'bytebot-lab-consumers';

/** As locked down as the real one: not root, nothing to write to but /tmp. */
const lockedDown = {
  runAsNonRoot: true,
  runAsUser: 1000,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

export const worker: Workload = {
  namespace,
  pods: { selector: 'app=bytebot-temporal-worker', port: 3000 },
  needs: ['temporal', 'kafka'],
  objects: async ({ image, nodeSelector }) => {
    const name = 'bytebot-temporal-worker';
    const labels = { app: name };
    const bundle = await hostFile('workflows', await workflowBundle(), '/opt/lab/workflows.js');
    const config: WorkerConfig = {
      httpPort: 3000,
      sdkMetricsPort: 9464,
      temporal: temporalAddress,
      namespace: temporalNamespace,
      brokers: [kafkaAddress],
      stepMs: 1_000,
      workflowBundle: bundle.at,
    };
    const part = await nodeProgram({
      name: 'worker',
      image,
      program: 'temporal-worker.ts',
      config,
      ports: { 'metrics-sdk': config.sdkMetricsPort },
      scratch: { tmp: '/tmp' },
      host: [bundle],
      needs: { cpu: '120m', memory: '192Mi', memoryLimit: '1536Mi' },
      more: { securityContext: lockedDown },
    });
    return [deployment({ namespace, name, labels, replicas: 3, part, nodeSelector }), disruptionBudget(name)];
  },
};

function disruptionBudget(app: string): KubeObject {
  const spec = { minAvailable: 2, selector: { matchLabels: { app } } };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: app, labels: madeBy },
    spec,
  };
}

export const generator: Workload = {
  namespace,
  pods: { selector: 'app=goal-generator', port: 3000 },
  needs: ['worker'],
  objects: async ({ image, nodeSelector }) => {
    const name = 'goal-generator';
    const config: GeneratorConfig = {
      httpPort: 3000,
      temporal: temporalAddress,
      namespace: temporalNamespace,
      brokers: [kafkaAddress],
      goalsPerSecond: 1,
      recordsPerSecond: 0,
      steps: 2,
    };
    const part = await nodeProgram({ name: 'generator', image, program: 'goal-generator.ts', config, needs });
    return [deployment({ namespace, name, labels: { app: name }, part, nodeSelector })];
  },
};

export const consumer: Workload = {
  namespace,
  pods: { selector: 'app=goal-consumer', port: 3000 },
  needs: ['kafka'],
  objects: async ({ image, nodeSelector }) => {
    const name = 'goal-consumer';
    const config: ConsumerConfig = { httpPort: 3000, brokers: [kafkaAddress], group: consumerGroup };
    const part = await nodeProgram({ name: 'consumer', image, program: 'consumer.ts', config, needs });
    return [deployment({ namespace, name, labels: { app: name }, part, nodeSelector })];
  },
};
