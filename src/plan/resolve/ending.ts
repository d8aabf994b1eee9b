import type { DriverType } from '../../chaos/contract.ts';
import type { Work } from '../work.ts';

/** How a fault ends: we end it, or it has no duration, or it ends by itself after at the most `longestMs`, where that shows. */
export type Ending = { kind: 'is-ended' | 'strikes-once' } | { kind: 'ends-by-itself'; longestMs: number | undefined };

/** Asks the driver's type how a fault ends. A recorded plan's masked config may not be what it takes for granted; the duration then tells. */
export function endingOf(work: Work, type: DriverType, config: unknown, duration: number | undefined): Ending {
  if (!work.masked) return asTypeSays(type, config);
  try {
    return asTypeSays(type, config);
  } catch {
    return { kind: duration === undefined ? 'strikes-once' : 'is-ended' };
  }
}

function asTypeSays(type: DriverType, config: unknown): Ending {
  if (type.oneShot(config)) return { kind: 'strikes-once' };
  if (!type.endsByItself?.(config)) return { kind: 'is-ended' };
  return { kind: 'ends-by-itself', longestMs: type.longestMs?.(config) };
}
