import { type DriverContext, defineDriver } from '../contract.ts';
import { type ChaosMeshConfig, chaosMeshConfig, endsByItself, isOneShot, manifestOf } from './config.ts';
import { describeChaos } from './describe.ts';
import { atIntensity } from './intensity.ts';
import { lintConfig } from './lint/lint.ts';
import { longestWorkflowMs } from './workflow-length.ts';

export const chaosMeshDriver = defineDriver<ChaosMeshConfig>({
  type: 'chaos-mesh',
  summary: 'Runs an experiment of Chaos Mesh (2.6.3 or later) on a Kubernetes cluster.',
  config: chaosMeshConfig,
  oneShot: isOneShot,
  endsByItself,
  longestMs(config) {
    const manifest = manifestOf(config);
    return manifest && longestWorkflowMs(manifest);
  },
  includes: ['manifest'],
  lint: lintConfig,
  atIntensity,
  describe: describeChaos,
  example: `name: partition
driver: chaos-mesh
duration: 30s
config:
  manifest:
    apiVersion: chaos-mesh.org/v1alpha1
    kind: NetworkChaos
    metadata: {name: partition, namespace: kv-sync-test}
    spec:
      action: partition
      mode: all
      selector: {labelSelectors: {app: vllm}}
      direction: both
      target:
        mode: all
        selector: {labelSelectors: {app: gateway-plugins}}
`,
  proof: `Injected and recovered are what the records of the object say of each target (\`status.experiment.containerRecords\`), never the conditions
AllInjected and AllRecovered. Besides, each kind of fault is proven by its mechanism, just before it is removed.
An object of ours bears the labels steadfast/run, steadfast/plan and steadfast/experiment, and a duration of its own, so that the cluster ends it
even if nobody else does. It is deleted first; what does not go then is forced out, which is a finding; and afterwards the pods are looked
at for what stayed.`,
  open: async (config, context: DriverContext) => (await import('./loaded.ts')).open(config, context),
  sweep: async (undo, signal) => (await import('./loaded.ts')).sweep(undo, signal),
  inspect: async (experiments, signal) => (await import('./loaded.ts')).inspect(experiments, signal),
  sweepPlace: async (experiments, signal) => (await import('./loaded.ts')).sweepPlace(experiments, signal),
});
