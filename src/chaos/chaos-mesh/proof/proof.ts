import type { MechanismProof, ProofSetting } from './contract.ts';
import { openNetworkProof } from './network.ts';
import { note } from './pieces.ts';
import { openPodProof } from './pod-faults.ts';
import { openRecordedProof } from './recorded.ts';
import { openStressProof } from './stress.ts';
import { openTimeProof } from './time.ts';

const PROOFS: Record<string, (setting: ProofSetting) => MechanismProof> = {
  PodChaos: openPodProof,
  NetworkChaos: openNetworkProof,
  StressChaos: openStressProof,
  TimeChaos: openTimeProof,
  IOChaos: (setting) => openRecordedProof(setting, 'PodIOChaos'),
  HTTPChaos: (setting) => openRecordedProof(setting, 'PodHttpChaos'),
};

/** The default proof of a fault's mechanism. Where there is none, it says so, and the plan's own `expect` must do. */
export async function openProof(setting: ProofSetting): Promise<MechanismProof> {
  const open = PROOFS[setting.fault.kind] ?? openNoProof;
  return neverRejecting(open(setting));
}

function openNoProof({ fault }: ProofSetting): MechanismProof {
  const text = `nothing shows from here whether ${fault.kind} is at work: give \`expect\``;
  return {
    async before() {},
    during: async () => [note(text)],
    after: async () => ({ state: 'cleared', evidence: [note(`that ${fault.kind} is gone is what its records say`)] }),
    close() {},
  };
}

const BEFORE_LIMIT_MS = 10_000;
const DURING_LIMIT_MS = 4_000;

/** The API server may be asked again and again behind a call: what was seen until then must still be told in time. */
function within(limitMs: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
}

/** What goes wrong in a proof is evidence, or unseen; it must never end an experiment, nor hold it up. */
function neverRejecting(proof: MechanismProof): MechanismProof {
  return {
    before: (signal) => proof.before(within(BEFORE_LIMIT_MS, signal)).catch(() => undefined),
    during: (struck, signal) =>
      proof
        .during(struck, within(DURING_LIMIT_MS, signal))
        .catch((error) => [note(`the mechanism could not be looked at: ${reasonOf(error)}`)]),
    after: (signal) =>
      proof.after(signal).catch((error) => ({
        state: 'stays',
        text: `what is left in the pods cannot be seen: ${reasonOf(error)}`,
      })),
    close: () => proof.close(),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
