import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterPlace } from '../../place.ts';
import type { KubernetesObject } from './base.ts';

/**
 * The kinds that have webhooks, and the resource where its name is not the kind's in lower case. Chaos Mesh keeps its inner kinds
 * (podnetworkchaos and the like) out: a hook on one of them breaks every experiment that uses it.
 */
const hooked: Record<string, string | undefined> = {
  podchaos: undefined,
  iochaos: undefined,
  timechaos: undefined,
  networkchaos: undefined,
  kernelchaos: undefined,
  stresschaos: undefined,
  awschaos: undefined,
  azurechaos: undefined,
  gcpchaos: undefined,
  dnschaos: undefined,
  jvmchaos: undefined,
  schedule: 'schedules',
  workflow: 'workflows',
  httpchaos: undefined,
  blockchaos: undefined,
  physicalmachinechaos: undefined,
  physicalmachine: 'physicalmachines',
  statuscheck: 'statuschecks',
  remotecluster: 'remoteclusters',
};

type MakeHook = (name: string, path: string, resource: string) => object;

export async function webhookObjects(place: ClusterPlace): Promise<KubernetesObject[]> {
  const caBundle = await readFile(join(place.certificates, 'ca.crt'), 'base64');
  const hook: MakeHook = (name, path, resource) => ({
    name,
    clientConfig: { caBundle, service: { name: 'chaos-mesh-controller-manager', namespace: 'chaos-mesh', path } },
    failurePolicy: 'Fail',
    timeoutSeconds: 5,
    sideEffects: 'None',
    admissionReviewVersions: ['v1', 'v1beta1'],
    rules: [
      {
        apiGroups: ['chaos-mesh.org'],
        apiVersions: ['v1alpha1'],
        operations: ['CREATE', 'UPDATE'],
        resources: [resource],
      },
    ],
  });
  return [
    configuration('Mutating', 'chaos-mesh-mutation', hooksOf('mutate', hook)),
    configuration('Validating', 'chaos-mesh-validation', hooksOf('validate', hook)),
    configuration('Validating', 'chaos-mesh-validation-auth', [hook('vauth.kb.io', '/validate-auth', '*')]),
  ];
}

function hooksOf(what: 'mutate' | 'validate', hook: MakeHook): object[] {
  return Object.entries(hooked).map(([kind, resource]) =>
    hook(`${what[0]}${kind}.kb.io`, `/${what}-chaos-mesh-org-v1alpha1-${kind}`, resource ?? kind),
  );
}

function configuration(what: 'Mutating' | 'Validating', name: string, webhooks: object[]): KubernetesObject {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return { apiVersion, kind: `${what}WebhookConfiguration`, metadata: { name }, webhooks };
}
