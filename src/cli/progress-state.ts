import { STEP_AFTER, type Step } from '../slo/conventions.ts';
import type { ChaosEvent, Entry, Gap, Offset, Sample } from '../slo/model/entry.ts';
import type { Experiment, Plan } from '../slo/model/plan.ts';

/** What became of a probe's slots in the current experiment. */
export interface ProbeTally {
  probe: string;
  good: number;
  bad: number;
  missing: number;
  /** Of the last slot that was not good. */
  reason?: string;
  last?: 'good' | 'bad' | 'missing';
}

/** Where the run is now. */
export interface ProgressState {
  experiment?: string;
  /** From 1. */
  position: number;
  experiments: number;
  step?: Step;
  since: Offset;
  /** When the step is planned to end, where the plan says so. */
  until?: Offset;
  probes: Map<string, ProbeTally>;
}

export function startingState(plan: Plan): ProgressState {
  return { position: 0, experiments: plan.experiments.length, since: 0, probes: freshTallies(plan) };
}

/** Takes an entry in. Returns a line if it tells people something new. */
export function advance(state: ProgressState, plan: Plan, entry: Entry): string | undefined {
  if (entry.type === 'sample' || entry.type === 'gap') return count(state, entry);
  if (entry.type === 'chaos') return enter(state, plan, entry);
  if (entry.type === 'gate' && !entry.open)
    return `${entry.experiment}: not run: ${entry.reason ?? 'the gate is closed'}`;
  if (entry.type === 'end' && entry.cause === 'aborted') return `aborted: ${entry.reason ?? 'no reason given'}`;
  return undefined;
}

function count(state: ProgressState, slot: Sample | Gap): undefined {
  const tally = state.probes.get(slot.probe);
  if (!tally) return;
  const outcome = slot.type === 'gap' || slot.outcome === 'unknown' ? 'missing' : slot.outcome;
  tally[outcome] += 1;
  tally.last = outcome;
  if (outcome !== 'good' && slot.reason !== undefined) tally.reason = slot.reason;
}

function enter(state: ProgressState, plan: Plan, event: ChaosEvent): string | undefined {
  const what = event.fault === undefined ? event.experiment : `${event.experiment}/${event.fault}`;
  const because = event.reason === undefined ? '' : `: ${event.reason}`;
  if (event.state === 'observed') return observation(what, event);
  // A fault among several does not move the experiment on.
  const step = event.fault === undefined ? STEP_AFTER[event.state] : undefined;
  if (step === undefined) return `${what}: ${WORDS[event.state] ?? event.state}${because}`;
  if (step === 'steady') begin(state, plan, event.experiment);
  const experiment = plan.experiments.find(({ name }) => name === event.experiment);
  const lengthMs = experiment && plannedMs(experiment, step);
  state.step = step;
  state.since = event.at;
  if (lengthMs === undefined) delete state.until;
  else state.until = event.at + lengthMs;
  return `${what}: ${WORDS[event.state] ?? event.state}${because}`;
}

/** Notes fill the report; only what needs a person's eye, or has a reason, is said at once. */
function observation(what: string, { reason, evidence = [] }: ChaosEvent): string | undefined {
  const texts = [reason, ...evidence.map(({ of, text }) => (of === 'finding' ? text : undefined))];
  const said = texts.filter((text) => text !== undefined).join('; ');
  return said === '' ? undefined : `${what}: ${said}`;
}

const WORDS: Partial<Record<ChaosEvent['state'], string>> = {
  started: 'started, watching the steady state',
  requested: 'fault requested',
  injected: 'fault in effect',
  recovering: 'removing the fault',
  recovered: 'fault removed, watching the recovery',
  failed: 'the fault could not be injected',
  'left-behind': 'THE FAULT MAY STILL BE THERE',
  quiesced: 'waiting for what is in flight',
};

function begin(state: ProgressState, plan: Plan, experiment: string): void {
  state.experiment = experiment;
  state.position = plan.experiments.findIndex(({ name }) => name === experiment) + 1;
  state.probes = freshTallies(plan);
}

function plannedMs(experiment: Experiment, step: Step): number | undefined {
  if (step === 'steady') return experiment.phases.steadyMs;
  if (step === 'recovery') return experiment.phases.recoveryMs;
  if (step === 'draining') return experiment.phases.settleMs;
  return step === 'fault' && !experiment.oneShot ? experiment.durationMs : undefined;
}

function freshTallies(plan: Plan): Map<string, ProbeTally> {
  return new Map(plan.probes.map(({ name }) => [name, { probe: name, good: 0, bad: 0, missing: 0 }]));
}
