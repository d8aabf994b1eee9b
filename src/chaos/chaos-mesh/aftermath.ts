import type { Evidence } from '../../slo/model/entry.ts';
import type { MechanismProof } from './proof/contract.ts';

const ASK_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 1_000;

/** What the fault left in the pods: counters lag behind, so it is asked a few times. Rejects with what stays. */
export async function requireCleared(
  proofs: readonly MechanismProof[],
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const proof of proofs) evidence.push(...(await clearedOf(proof, sleep, signal)));
  return evidence;
}

async function clearedOf(
  proof: MechanismProof,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Evidence[]> {
  for (let waitedMs = 0; ; waitedMs += ASK_EVERY_MS) {
    const aftermath = await proof.after(signal);
    if (aftermath.state === 'cleared') return aftermath.evidence;
    if (waitedMs >= ASK_WITHIN_MS || signal.aborted) throw new Error(aftermath.text);
    await sleep(ASK_EVERY_MS, signal).catch(() => undefined);
  }
}
