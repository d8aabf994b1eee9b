/** How long each thing may take, in ms, whatever a plug-in does. */
export interface Budgets {
  /** Opening a driver, and again for its `prepare`. */
  prepareMs: number;
  /** From the request until every target is affected. */
  injectMs: number;
  /** One attempt at removing the fault. */
  recoverMs: number;
  /** How often removing the fault is tried, with a growing pause in between. */
  recoverAttempts: number;
  /** The second look at the mechanism, just before the removal. */
  evidenceMs: number;
  /** How long an interrupted injection gets to notice that it was interrupted before the fault is removed under it. */
  injectGraceMs: number;
  /** How long the removal waits for an injection that goes on regardless, so as to remove what it still does. */
  strayInjectionMs: number;
  /** What a drain may need beyond the plan's `settle`. */
  drainMs: number;
  /** After an abort: what samples under way, and then drains, may still take. */
  abortedSettleMs: number;
  abortedDrainMs: number;
  /** What a vantage that is out of reach may need to tell what it measured. */
  vantageMs: number;
  /** Asking the references. */
  collectMs: number;
  closeMs: number;
  /** One reading of a stop condition. */
  stopReadMs: number;
  /** Making the timeline durable. */
  syncMs: number;
}

export const DEFAULT_BUDGETS: Budgets = {
  prepareMs: 30_000,
  injectMs: 60_000,
  recoverMs: 30_000,
  recoverAttempts: 4,
  evidenceMs: 5_000,
  injectGraceMs: 1_000,
  strayInjectionMs: 5_000,
  drainMs: 10_000,
  abortedSettleMs: 2_000,
  abortedDrainMs: 3_000,
  vantageMs: 15_000,
  collectMs: 60_000,
  closeMs: 5_000,
  stopReadMs: 3_000,
  syncMs: 10_000,
};
