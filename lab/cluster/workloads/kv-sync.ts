import type { EngineConfig } from '../../workloads/engine.ts';
import type { GatewayConfig } from '../../workloads/gateway.ts';
import { readingAccount } from './accounts.ts';
import type { Workload } from './groups.ts';
import { nodeProgram } from './node-programs.ts';
import { deployment, service } from './objects.ts';

const namespace = 'kv-sync-test';
const model = 'lab-model';
const engineLabels = {
  'model.aibrix.ai/name': model,
  'model.aibrix.ai/kv-events-enabled': 'true',
  app: 'vllm',
};
const gatewayLabels = { app: 'gateway-plugins', 'app.kubernetes.io/component': 'aibrix-gateway-plugin' };
const enginePorts = { httpPort: 8000, eventsPort: 5557, replayPort: 5558 };

/** Three engines that publish a little of their own accord, so that silence means something. */
export const engines: Workload = {
  namespace,
  pods: { selector: 'app=vllm', port: 8000 },
  needs: [],
  objects: async ({ image, nodeSelector }) => {
    const config: EngineConfig = {
      ...enginePorts,
      topic: '',
      release: '0.33',
      hashes: 'int',
      bufferSteps: 10_000,
      cacheBlocks: 2_000,
      batchesPerSecond: 2,
      requestsPerSecond: 0,
      latencyMs: 10,
    };
    const part = await nodeProgram({
      name: 'vllm',
      image,
      program: 'engine.ts',
      config,
      needs: { cpu: '80m' },
      ports: { 'kv-events': config.eventsPort, 'kv-replay': config.replayPort },
      scratch: { offload: '/data' },
    });
    const ports = { http: config.httpPort, 'kv-events': config.eventsPort, 'kv-replay': config.replayPort };
    return [
      deployment({ namespace, name: 'vllm', labels: engineLabels, replicas: 3, part, nodeSelector }),
      service({ namespace, name: 'vllm', selector: { app: 'vllm' }, ports, headless: true }),
    ];
  },
};

export const gateway: Workload = {
  namespace,
  pods: { selector: 'app=gateway-plugins', port: 8080 },
  needs: ['engines'],
  objects: async ({ image, nodeSelector }) => {
    const name = 'gateway-plugins';
    const config: GatewayConfig = {
      httpPort: 8080,
      engines: { namespace, model },
      defects: [],
      requestsPerSecond: 2,
      answerWithinMs: 10_000,
    };
    const part = await nodeProgram({
      name: 'gateway-plugin',
      image,
      program: 'gateway.ts',
      config,
      needs: { cpu: '100m' },
    });
    const pod = { serviceAccountName: name };
    return [
      ...readingAccount({ namespace, name, resources: ['pods'] }),
      deployment({ namespace, name, labels: gatewayLabels, part, nodeSelector, pod }),
      service({ namespace, name, selector: gatewayLabels, ports: { http: config.httpPort } }),
    ];
  },
};
