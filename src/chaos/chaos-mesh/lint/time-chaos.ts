import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

const CLOCKS = [
  ...['CLOCK_REALTIME', 'CLOCK_MONOTONIC', 'CLOCK_PROCESS_CPUTIME_ID', 'CLOCK_THREAD_CPUTIME_ID'],
  ...['CLOCK_MONOTONIC_RAW', 'CLOCK_REALTIME_COARSE', 'CLOCK_MONOTONIC_COARSE', 'CLOCK_BOOTTIME'],
  ...['CLOCK_REALTIME_ALARM', 'CLOCK_BOOTTIME_ALARM'],
];

/** Rules of TimeChaos. */
export function checkTimeChaos({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const { timeOffset, clockIds } = spec;
  const offsetMs = goDurationMs(timeOffset);
  if (typeof timeOffset === 'string' && offsetMs === undefined)
    findings.error([...path, 'timeOffset'], 'this is no duration', {
      found: shown(timeOffset),
      allowed: `${GO_DURATION}, or -30s into the past`,
    });
  if (offsetMs === 0)
    findings.error([...path, 'timeOffset'], 'an offset of nothing is no fault', { found: shown(timeOffset) });
  for (const [index, clock] of (Array.isArray(clockIds) ? clockIds : []).entries())
    if (typeof clock === 'string' && !CLOCKS.includes(clock))
      findings.error([...path, 'clockIds', index], 'there is no such clock', {
        found: shown(clock),
        allowed: CLOCKS.join(', '),
      });
}
