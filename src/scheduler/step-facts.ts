import type { Evidence, Offset } from '../slo/model/entry.ts';

/** The facts of a step of an experiment, besides its state. */
export interface StepFacts {
  at?: Offset;
  notBefore?: Offset;
  reason?: string;
  evidence?: Evidence[];
}
