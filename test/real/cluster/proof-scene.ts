import { setTimeout as sleep } from 'node:timers/promises';
import { chaosResource } from '../../../src/chaos/chaos-mesh/api.ts';
import { faultsOf, type Manifest } from '../../../src/chaos/chaos-mesh/manifest.ts';
import type {
  Aftermath,
  Candidate,
  MechanismProof,
  StruckTarget,
} from '../../../src/chaos/chaos-mesh/proof/contract.ts';
import { openProof } from '../../../src/chaos/chaos-mesh/proof/proof.ts';
import { selectTargets } from '../../../src/chaos/chaos-mesh/targets.ts';
import type { KubeClient } from '../../../src/clients/kubernetes/client.ts';
import { eventually, type Scene } from './scene.ts';

/** What happens around one fault. */
export interface ProofSetting {
  kube: KubeClient;
  scene: Scene;
  kind: string;
  name: string;
  spec: object;
  /** While the fault is there, before its proof is taken. */
  meanwhile?: () => Promise<unknown>;
  /** The injection fails, and so its removal does not end by itself either: it is only asked for. */
  mayFail?: true;
}

interface Proven {
  evidence: Awaited<ReturnType<MechanismProof['during']>>;
  /** What `after` said while the fault was still there. */
  early: Aftermath;
  after: Aftermath;
}

/** Brings one fault about by hand, as the driver does, and takes its proof around it. */
export async function proveByHand(setting: ProofSetting): Promise<Proven> {
  const { kube, scene, kind, name, spec } = setting;
  const manifest = {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind,
    metadata: { name, namespace: scene.namespace },
    spec: spec as Manifest['spec'],
  } satisfies Manifest;
  const proof = await openProof({
    fault: faultsOf(manifest)[0]!,
    object: { namespace: scene.namespace, name },
    candidates: await candidatesOf(kube, manifest, scene.namespace),
    kube,
    wallClock: Date.now,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  try {
    await proof.before(limit());
    await scene.create(manifest);
    const struck = await injected(setting);
    await setting.meanwhile?.();
    // A busy machine may not answer in time: then nothing but notes is to be had, and it may be asked again.
    const told = (pieces: Proven['evidence']) => pieces.some(({ of }) => of === 'mechanism');
    const evidence = await eventually(() => proof.during(struck, limit()), told, 60_000);
    const early = await proof.after(limit());
    await remove(setting);
    const after = await eventually(
      () => proof.after(limit()),
      ({ state }) => state === 'cleared',
      90_000,
    );
    return { evidence, early, after };
  } finally {
    proof.close();
  }
}

function limit(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

async function candidatesOf(kube: KubeClient, manifest: Manifest, namespace: string): Promise<Candidate[]> {
  const selected = await selectTargets(kube, manifest, namespace, limit());
  if (!selected.ok) throw new Error(selected.message);
  return selected.candidates.flatMap(({ selector, pods }) => pods.map((pod) => ({ key: selector.key, pod })));
}

interface Record {
  id: string;
  selectorKey: '.' | '.Target';
  injectedCount: number;
  events?: { type: string }[];
}

async function injected({ kube, scene, kind, name, mayFail }: ProofSetting): Promise<StruckTarget[]> {
  const read = async () => {
    const got = await kube.get({ resource: chaosResource(kind), namespace: scene.namespace, name }, limit());
    const status = (got.ok ? got.value.status : undefined) as
      | { experiment?: { containerRecords?: Record[] } }
      | undefined;
    return status?.experiment?.containerRecords ?? [];
  };
  const isThere = ({ injectedCount, events }: Record) =>
    injectedCount > 0 || (mayFail === true && (events ?? []).some(({ type }) => type === 'Failed'));
  const records = await eventually(read, (found) => found.length > 0 && found.every(isThere), 90_000);
  return records.map(({ id, selectorKey }) => ({ id, key: selectorKey }));
}

async function remove({ scene, kind, name, mayFail }: ProofSetting): Promise<void> {
  const object = `${kind.toLowerCase()}.chaos-mesh.org/${name}`;
  await scene.kubectl('delete', object, '--wait=false');
  if (mayFail) return;
  await scene.kubectl('wait', object, '--for=delete', '--timeout=90s').catch(() => undefined);
}

export const choosing = (app: string) => ({ mode: 'all', selector: { labelSelectors: { app } } });

/** A pod that serves HTTP and logs the time, as a service does, with a limit to what it may use. */
export function service(name: string, nodeSelector: object) {
  const script = `require('http').createServer((request, response) => response.end('here')).listen(8080);
setInterval(() => console.log(new Date().toISOString(), 'tick'), 500)`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeSelector,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'steadfast.test/node:24',
          command: ['node', '-e', script],
          ports: [{ containerPort: 8080 }],
          resources: { requests: { cpu: '10m' }, limits: { cpu: '1', memory: '400Mi' } },
        },
      ],
    },
  };
}
