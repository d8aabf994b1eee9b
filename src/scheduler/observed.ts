import type { FaultFact, Observed } from '../chaos/contract.ts';
import type { Evidence, Offset } from '../slo/model/entry.ts';
import type { StepFacts } from './step-facts.ts';

const EVIDENCE_LIMIT = 100;
const TEXT_LIMIT_CHARS = 1000;
const KINDS = new Set<unknown>(['mechanism', 'note', 'finding']);
const STATES = new Set<unknown>(['injected', 'recovering', 'recovered', 'failed', 'observed']);

/** A driver's observation as facts for the timeline: what it says about time cannot lie outside `[earliest, now]`. */
export function factsOf(observed: Observed | undefined, earliest: Offset, now: Offset): StepFacts & { at: Offset } {
  const at = clampTo(observed?.at, earliest, now) ?? now;
  const notBefore = clampTo(observed?.notBefore, earliest, at);
  const evidence = evidenceOf(observed?.evidence);
  return { at, ...(notBefore === undefined ? {} : { notBefore }), ...(evidence.length === 0 ? {} : { evidence }) };
}

/** What of a fact between the steps can be recorded; `undefined` where it makes no sense. A step that is nobody's would be the experiment's own. */
export function tellable(fact: FaultFact, now: Offset): (FaultFact & { at: Offset }) | undefined {
  const { fault, oneShot, state, reason } = fact;
  if (!STATES.has(state) || (state !== 'observed' && fault === undefined)) return undefined;
  const at = clampTo(fact.at, 0, now) ?? now;
  const notBefore = clampTo(fact.notBefore, 0, at);
  const evidence = evidenceOf(fact.evidence);
  return {
    ...(fault === undefined ? {} : { fault: fault.slice(0, TEXT_LIMIT_CHARS) }),
    ...(oneShot ? { oneShot } : {}),
    state,
    at,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, TEXT_LIMIT_CHARS) }),
    ...(evidence.length === 0 ? {} : { evidence }),
  };
}

/** What of a driver's evidence can be recorded. */
export function evidenceOf(found: unknown): Evidence[] {
  if (!Array.isArray(found)) return [];
  return found.filter(isEvidence).slice(0, EVIDENCE_LIMIT).map(recordable);
}

function isEvidence(item: Partial<Evidence> | null): item is Evidence {
  if (typeof item !== 'object' || item === null) return false;
  return KINDS.has(item.of) && typeof item.text === 'string';
}

function recordable({ of, holds, text, values }: Evidence): Evidence {
  const evidence: Evidence = { of, text: text.slice(0, TEXT_LIMIT_CHARS) };
  if (typeof holds === 'boolean') evidence.holds = holds;
  if (values)
    evidence.values = Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
  return evidence;
}

function clampTo(offset: Offset | undefined, low: Offset, high: Offset): Offset | undefined {
  if (offset === undefined || !Number.isFinite(offset)) return undefined;
  return Math.min(high, Math.max(low, offset));
}
