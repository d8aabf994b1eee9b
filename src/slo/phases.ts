import type { ChaosEvent, ChaosState, Offset } from './model/entry.ts';
import type { PhaseName } from './model/plan.ts';
import type { Recording } from './recording.ts';

/**
 * A stretch of an experiment's time. Slots count when due in `[from, to)`; counts may be drained until `countsTo`. `open` means that
 * the recording does not show its end.
 */
export interface Window {
  from: Offset;
  to: Offset;
  countsTo: Offset;
  open: boolean;
}

/** A moment known to lie in `[earliest, latest]`. */
export interface Moment {
  earliest: Offset;
  latest: Offset;
}

/** What the recorded events say about an experiment's time. Nothing here comes from the plan's clock. */
export interface ExperimentTimes {
  oneShot: boolean;
  started?: Moment;
  requested?: Moment;
  injected?: Moment;
  recovering?: Moment;
  recovered?: Moment;
  failed?: ChaosEvent;
  leftBehind?: ChaosEvent;
  /** No new slots from here on; for a recording without that event, where it ends. */
  lastSlot: Offset;
  ended: Offset;
  /** The recording shows the experiment's end. */
  complete: boolean;
  phases: Partial<Record<PhaseName, Window>>;
}

/** Reads an experiment's phases from its events (design: phases come from evidence). `asOf` judges a run that still goes on. */
export function experimentTimes(recording: Recording, experiment: string, asOf?: Offset): ExperimentTimes {
  const events = recording.eventsOf(experiment);
  const horizon = asOf ?? recording.lastOffset;
  const ended = first(events, 'ended')?.at;
  const lastSlot = first(events, 'quiesced')?.at ?? ended ?? horizon;
  const times: ExperimentTimes = {
    oneShot: events.some((event) => event.oneShot === true && event.fault === undefined),
    lastSlot,
    ended: ended ?? Math.max(horizon, lastSlot),
    complete: ended !== undefined,
    phases: {},
  };
  const workflow = events.some((event) => event.fault !== undefined);
  setMoment(times, 'started', first(events, 'started'));
  setMoment(times, 'requested', first(events, 'requested'));
  setMoment(times, 'injected', first(events, 'injected'));
  const ends = endsOf(events);
  setMoment(times, 'recovering', workflow ? last(ends, 'recovering') : first(ends, 'recovering'));
  if (isEveryFaultGone(events)) setMoment(times, 'recovered', last(ends, 'recovered'));
  const failed = events.find(({ state, fault }) => state === 'failed' && fault === undefined);
  if (failed) times.failed = failed;
  const leftBehind = last(events, 'left-behind');
  if (leftBehind) times.leftBehind = leftBehind;
  times.phases = phasesOf(times);
  return times;
}

/** Of several faults each must have gone; one that is still there would make its time a recovery. */
function isEveryFaultGone(events: ChaosEvent[]): boolean {
  const gone = new Set(events.filter(({ state }) => state === 'recovered').map(({ fault }) => fault));
  return gone.has(undefined) || events.every(({ state, fault }) => state !== 'injected' || gone.has(fault));
}

/**
 * Of several faults the end is that of the last one, and not of what made them: that may go on without any, and what recovered meanwhile
 * would seem to have taken no time.
 */
function endsOf(events: ChaosEvent[]): ChaosEvent[] {
  const told = events.filter(({ fault }) => fault !== undefined);
  const faultsWith = (state: ChaosState) =>
    new Set(told.filter((event) => event.state === state).map(({ fault }) => fault));
  const injected = faultsWith('injected');
  const whole = (['recovering', 'recovered'] as const).every((state) => injected.isSubsetOf(faultsWith(state)));
  return injected.size > 0 && whole ? told : events;
}

function phasesOf(times: ExperimentTimes): Partial<Record<PhaseName, Window>> {
  const { started, requested, injected, recovered } = times;
  const broken = injected ?? times.recovering ?? recovered;
  const faultEnd = times.oneShot ? recovered : times.recovering;
  const recoveryStart = times.oneShot ? injected : injected && recovered;
  const phases: Partial<Record<PhaseName, Window>> = {};
  // A fault that came unrequested, or never ended, lost its event to damage: where the phase ends is then not known.
  if (started) phases.steady = { ...window(times, started, requested), ...(!requested && broken && UNENDED) };
  if (injected) phases.fault = { ...window(times, injected, faultEnd), ...(!faultEnd && UNENDED) };
  if (recoveryStart) phases.recovery = window(times, recoveryStart, undefined);
  if (requested) phases.impact = window(times, requested, undefined);
  if (started) phases.run = window(times, started, undefined);
  return phases;
}

const UNENDED = { open: true };

/** From the latest possible beginning to the earliest possible end: slots inside an uncertain span count in neither neighbour. */
function window(times: ExperimentTimes, from: Moment, to: Moment | undefined): Window {
  if (to) return { from: from.latest, to: to.earliest, countsTo: to.earliest, open: false };
  return { from: from.latest, to: times.lastSlot, countsTo: times.ended, open: !times.complete };
}

function setMoment(
  times: ExperimentTimes,
  name: 'started' | 'requested' | 'injected' | 'recovering' | 'recovered',
  event: ChaosEvent | undefined,
): void {
  if (event) times[name] = { earliest: Math.min(event.notBefore ?? event.at, event.at), latest: event.at };
}

function first(events: ChaosEvent[], state: ChaosState): ChaosEvent | undefined {
  return events.find((event) => event.state === state);
}

function last(events: ChaosEvent[], state: ChaosState): ChaosEvent | undefined {
  return events.findLast((event) => event.state === state);
}
