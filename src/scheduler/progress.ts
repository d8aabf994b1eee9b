import type { Entry, Offset, Outcome } from '../slo/model/entry.ts';

/** What an experiment is busy with, for people. */
export type Activity =
  | 'steady'
  | 'gate'
  | 'preparing'
  | 'injecting'
  | 'fault'
  | 'recovering'
  | 'recovery'
  | 'draining'
  | 'ended';

/** What the run tells a terminal or a log. Nothing depends on it. */
export type ProgressEvent =
  /** `until` is when it is planned to end, where that is known. */
  | { type: 'activity'; experiment: string; activity: Activity; at: Offset; until?: Offset }
  /** A probe's state changed. `missing`: its slot brought nothing. */
  | { type: 'health'; probe: string; at: Offset; state: Outcome | 'missing'; reason?: string }
  /** Trouble that is not in the timeline (a drain that failed), or that people should see at once. */
  | { type: 'note'; at: Offset; text: string }
  | { type: 'stopping'; at: Offset; reason: string };

/** Reports each probe's state when it changes. */
export function healthChanges(report: (event: ProgressEvent) => void): (entry: Entry) => void {
  const states = new Map<string, string>();
  return (entry) => {
    if (entry.type !== 'sample' && entry.type !== 'gap') return;
    const state = entry.type === 'sample' ? entry.outcome : 'missing';
    if (states.get(entry.probe) === state) return;
    states.set(entry.probe, state);
    const at = entry.type === 'sample' ? entry.ended : entry.due;
    const reason = entry.reason === undefined ? {} : { reason: entry.reason };
    report({ type: 'health', probe: entry.probe, at, state, ...reason });
  };
}
