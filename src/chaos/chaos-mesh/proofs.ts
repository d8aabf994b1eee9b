import type { KubeObject } from '../../clients/kubernetes/client.ts';
import { isOneShotFault } from './manifest.ts';
import type { MechanismProof } from './proof/contract.ts';
import type { StrikeSetting } from './strike.ts';

/** The proofs of several faults, each opened before any of them is there. */
export interface Proofs {
  /** Of the faults, in their order. */
  names: readonly string[];
  all(): MechanismProof[];
  /** From now on the proof knows the object that brings its fault about. */
  of(fault: string, object: KubeObject): MechanismProof | undefined;
  isOneShot(fault: string): boolean;
  close(): void;
}

interface Opened {
  /** Whose name somebody else chooses, later. */
  object: { namespace: string; name: string };
  proof: MechanismProof;
}

export async function openProofs(setting: StrikeSetting, signal: AbortSignal): Promise<Proofs> {
  const { kube, context, prepared } = setting;
  const opened = new Map<string, Opened>();
  const oneShots = new Set<string>();
  for (const fault of prepared.faults) {
    const object = { namespace: prepared.namespace, name: '' };
    const candidates = prepared.candidates.get(fault.name) ?? [];
    const proof = await setting.openProof({
      fault,
      object,
      candidates,
      kube,
      wallClock: Date.now,
      sleep: context.sleep,
    });
    opened.set(fault.name, { object, proof });
    if (isOneShotFault(fault)) oneShots.add(fault.name);
  }
  await Promise.all([...opened.values()].map(({ proof }) => proof.before(signal)));
  return {
    names: [...opened.keys()],
    all: () => [...opened.values()].map(({ proof }) => proof),
    of(fault, { metadata }) {
      const found = opened.get(fault);
      if (found) found.object.name = metadata.name ?? '';
      return found?.proof;
    },
    isOneShot: (fault) => oneShots.has(fault),
    close() {
      for (const { proof } of opened.values()) proof.close();
    },
  };
}
