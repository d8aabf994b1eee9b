import type { Candidate, ProofSetting, StruckTarget } from './contract.ts';
import { type Struck, struckNow } from './living.ts';
import { struckPods } from './pieces.ts';

/** What is measured afterwards needs most of the time that there is. */
const ASK_MS = 1_500;

/** Knows the pods that were struck, also those that were not there when the candidates were chosen. */
export interface StruckPods {
  /** Asks for them once, until others are struck. Where they cannot be asked for, those of the candidates must do. */
  of(struck: readonly StruckTarget[], signal: AbortSignal): Promise<readonly Candidate[]>;
  /** Those that were struck last; every candidate where nobody knows which were. */
  last(signal: AbortSignal): Promise<Struck>;
}

export function followStruck({ kube, candidates }: ProofSetting): StruckPods {
  let latest: readonly StruckTarget[] | undefined;
  let known: Struck = { ok: false, message: 'nobody has asked yet' };
  const ask = async (struck: readonly StruckTarget[], signal: AbortSignal) => {
    if (!known.ok || textOf(struck) !== textOf(latest ?? [])) known = await struckNow(kube, struck, signal);
    latest = struck;
    return known;
  };
  return {
    async of(struck, signal) {
      const found = await ask(struck, AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]));
      return found.ok ? found.candidates : struckPods(candidates, struck);
    },
    async last(signal) {
      return latest === undefined ? { ok: true, candidates: [...candidates] } : ask(latest, signal);
    },
  };
}

function textOf(struck: readonly StruckTarget[]): string {
  return struck.map(({ id, key }) => `${key} ${id}`).join(' ');
}
