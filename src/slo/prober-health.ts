import type { ProberTrouble } from './model/entry.ts';
import type { ProberHealth } from './model/report.ts';
import type { Recording } from './recording.ts';

const NONE = { stalls: 0, stalledMs: 0, throttledMs: 0, clockSteps: 0, longestStallMs: 0 };

/** How the probers themselves did, where one of them did not run as it should. */
export function proberHealth({ troubles }: Recording): ProberHealth[] {
  const probers = new Map<string, ProberHealth>();
  for (const trouble of troubles) {
    const { vantage, instance } = trouble;
    const key = JSON.stringify([vantage, instance]);
    const health = probers.get(key) ?? { vantage, ...(instance !== undefined && { instance }), ...NONE };
    probers.set(key, withTrouble(health, trouble));
  }
  return [...probers.values()];
}

function withTrouble(health: ProberHealth, { of, ms }: ProberTrouble): ProberHealth {
  if (of === 'clock-step') return { ...health, clockSteps: health.clockSteps + 1 };
  if (of === 'throttled') return { ...health, throttledMs: health.throttledMs + ms };
  return {
    ...health,
    stalls: health.stalls + 1,
    stalledMs: health.stalledMs + ms,
    longestStallMs: Math.max(health.longestStallMs, ms),
  };
}
