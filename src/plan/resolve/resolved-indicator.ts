import type { Indicator } from '../../slo/model/plan.ts';
import type { Wanted } from './quantities.ts';

/** An indicator, and in which unit its limit must be. */
export interface ResolvedIndicator {
  indicator: Indicator;
  wanted: Wanted;
}
