import type { Observed } from '../chaos/contract.ts';
import type { Evidence, Offset } from '../slo/model/entry.ts';
import type { StepFacts } from './run.ts';

const EVIDENCE_LIMIT = 100;
const TEXT_LIMIT_CHARS = 1000;

/** A driver's observation as facts for the timeline: what it says about time cannot lie outside `[earliest, now]`. */
export function factsOf(observed: Observed | undefined, earliest: Offset, now: Offset): StepFacts & { at: Offset } {
  const at = clampTo(observed?.at, earliest, now) ?? now;
  const notBefore = clampTo(observed?.notBefore, earliest, at);
  const evidence = evidenceOf(observed?.evidence);
  return { at, ...(notBefore === undefined ? {} : { notBefore }), ...(evidence.length === 0 ? {} : { evidence }) };
}

/** What of a driver's evidence can be recorded. */
export function evidenceOf(found: unknown): Evidence[] {
  if (!Array.isArray(found)) return [];
  return found.filter(isEvidence).slice(0, EVIDENCE_LIMIT).map(recordable);
}

function isEvidence(item: Partial<Evidence> | null): item is Evidence {
  if (typeof item !== 'object' || item === null) return false;
  return (item.of === 'mechanism' || item.of === 'note') && typeof item.text === 'string';
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
