import { type ChaosMeshConfig, chaosMeshConfig } from '../../../src/chaos/chaos-mesh/config.ts';
import type { Fields } from '../../../src/chaos/chaos-mesh/manifest.ts';
import { openChaosMesh } from '../../../src/chaos/chaos-mesh/open.ts';
import type { RunPreflight } from '../../../src/chaos/chaos-mesh/preflight/contract.ts';
import type { Aftermath, MechanismProof } from '../../../src/chaos/chaos-mesh/proof/contract.ts';
import type { Parts } from '../../../src/chaos/chaos-mesh/strike.ts';
import { nameTargets, selectTargets } from '../../../src/chaos/chaos-mesh/targets.ts';
import type { Driver, DriverContext, FaultFact } from '../../../src/chaos/contract.ts';
import type { Evidence } from '../../../src/slo/model/entry.ts';
import { openSetting, type Setting, signal } from '../driver-setting.ts';
import type { PlayedCluster } from './played-cluster.ts';

/** A proof that says what the test wants. */
export interface PlayedProof {
  before: () => void;
  during: Evidence[];
  after: Aftermath;
  /** How often it was asked what there is during the fault. */
  looks: number;
}

export interface PlayedDriver extends AsyncDisposable {
  driver: Driver;
  setting: Setting;
  told: FaultFact[];
  losses: string[];
  proof: PlayedProof;
  /** Prepares it, and fails where something speaks against it. */
  ready(): Promise<Driver>;
}

const preflight: RunPreflight = async ({ manifest, namespace }, { kube }, stop) => {
  const selected = await selectTargets(kube, manifest, namespace, stop);
  if (!selected.ok) return { preparation: { targets: [], problems: [selected.message] }, faults: [] };
  const { candidates } = selected;
  return {
    preparation: { targets: nameTargets(candidates), problems: [] },
    faults: candidates.map(({ fault, selector, pods }) => ({
      fault: fault.name,
      candidates: pods.map((pod) => ({ key: selector.key, pod })),
    })),
  };
};

export async function openPlayed(
  { peer }: PlayedCluster,
  config: Partial<ChaosMeshConfig>,
  over: Partial<DriverContext> = {},
): Promise<PlayedDriver> {
  const told: FaultFact[] = [];
  const losses: string[] = [];
  const setting = await openSetting({
    tell: (fact) => void told.push(fact),
    lost: (reason) => void losses.push(reason),
    ...over,
  });
  const proof: PlayedProof = {
    before: () => undefined,
    during: [{ of: 'mechanism', holds: true, text: 'it bites' }],
    after: { state: 'cleared', evidence: [{ of: 'note', text: 'nothing is left' }] },
    looks: 0,
  };
  const opened: MechanismProof = {
    before: async () => proof.before(),
    async during() {
      proof.looks++;
      return proof.during;
    },
    after: async () => proof.after,
    close: () => undefined,
  };
  const parts: Parts = { preflight, openProof: async () => opened };
  const parsed = chaosMeshConfig.parse({ kubeconfig: peer.kubeconfig, ...config });
  const driver = await openChaosMesh(parsed, setting.context, parts);
  return {
    driver,
    setting,
    told,
    losses,
    proof,
    async ready() {
      const { problems } = await driver.prepare(signal());
      if (problems.length > 0) throw new Error(problems.join('; '));
      return driver;
    },
    async [Symbol.asyncDispose]() {
      await driver.close();
      await setting[Symbol.asyncDispose]();
    },
  };
}

export function manifest(kind: string, spec: Fields, name = 'fault'): Fields {
  return { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name, namespace: 'ours' }, spec };
}

export const selector = { labelSelectors: { app: 'web' } };

export const partition = { manifest: manifest('NetworkChaos', { action: 'partition', mode: 'all', selector }) };
export const podKill = { manifest: manifest('PodChaos', { action: 'pod-kill', mode: 'one', selector }) };

/** A clock that runs so many times as fast, for what waits long. */
export function fastClock(times: number): () => number {
  const began = performance.now();
  return () => (performance.now() - began) * times;
}

/** What was told of the faults of several, in its order. */
export function steps({ told }: PlayedDriver): string[] {
  return told.filter(({ fault }) => fault !== undefined).map(({ fault, state }) => `${fault} ${state}`);
}
