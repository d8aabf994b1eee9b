import { BAD, type Column, GOOD } from './column.ts';
import type { Plan, ProbeSpec } from './model/plan.ts';
import type { ProbeHealth } from './model/report.ts';
import { experimentTimes } from './phases.ts';
import type { Recording } from './recording.ts';
import { countSlots, viewSlots } from './slot-view.ts';

const MOST_REASONS = 10;

/** What became of each probe's slots over all experiments, and why. */
export function probeHealth(plan: Plan, recording: Recording): ProbeHealth[] {
  return plan.probes.map((probe) => healthOf(plan, recording, probe));
}

function healthOf(plan: Plan, recording: Recording, probe: ProbeSpec): ProbeHealth {
  const health: ProbeHealth = {
    probe: probe.name,
    vantage: probe.at,
    due: 0,
    good: 0,
    bad: 0,
    missing: 0,
    reasons: [],
  };
  for (const experiment of plan.experiments) {
    const run = experimentTimes(recording, experiment.name).phases.run;
    if (!run) continue;
    const counts = countSlots(viewSlots(plan, recording, probe, run, { keepReachingOut: true }));
    health.good += counts.good;
    health.bad += counts.bad;
    health.missing += counts.missing;
  }
  health.due = health.good + health.bad + health.missing;
  health.reasons = frequentReasons(recording.column(probe.name, probe.at));
  return health;
}

function frequentReasons(column: Column): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (let row = 0; row < column.length; row++) {
    if (column.code(row) === GOOD) continue;
    const reason =
      column.reason(row) ?? (column.code(row) === BAD ? 'bad, without a reason' : 'unknown, without a reason');
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
    .slice(0, MOST_REASONS);
}
