import { measureCompleteness } from './indicators/completeness.ts';
import { measureInFlight } from './indicators/in-flight.ts';
import { type Measurable, undecidable } from './indicators/measured.ts';
import { quickestOf, slowestOf } from './indicators/places.ts';
import { measureQuantile } from './indicators/quantile.ts';
import { measureQuery } from './indicators/query.ts';
import { measureRatio } from './indicators/ratio.ts';
import { measureTimeToImpact } from './indicators/time-to-impact.ts';
import { measureTimeToRecover } from './indicators/time-to-recover.ts';
import { measureTotal } from './indicators/total.ts';
import { probeNamed, probeOf } from './instrument.ts';
import type { Offset } from './model/entry.ts';
import type { Indicator, Plan, ProbeSpec } from './model/plan.ts';
import type { ExperimentTimes, Window } from './phases.ts';
import type { Recording } from './recording.ts';
import { keepSlots, MISSING, type SlotView, viewPlaces, viewSlots, viewTogether } from './slot-view.ts';

/** What is measured, where and when. */
export interface Scope {
  plan: Plan;
  recording: Recording;
  times: ExperimentTimes;
  window: Window;
  tolerateMissing: number;
  /** The `of` of the recorded answer, for `query` indicators. */
  reference: string;
  /** For a run that still goes on. */
  asOf?: Offset;
}

/** Measures an indicator over a window. */
export function measure(indicator: Indicator, scope: Scope): Measurable {
  if (scope.window.to <= scope.window.from) return undecidable('no-slots', 'nothing of this phase is certain', '1');
  if (indicator.kind === 'query')
    return measureQuery(
      scope.recording.references.get(scope.reference),
      indicator.query,
      indicator.stat,
      scope.window,
      scope.tolerateMissing,
    );
  const probe = probeOf(scope.plan, indicator)!;
  const other = indicator.kind === 'completeness' ? probeNamed(scope.plan, indicator.in)! : probe;
  const silent = [probe, other].find((each) => !hasBooted(scope, each));
  if (silent) return undecidable('vantage-silent', `the vantage ${silent.at} never delivered anything`, '1');
  switch (indicator.kind) {
    case 'ratio':
      return measureRatio(view(scope, probe, scope.window), indicator.good, scope.tolerateMissing);
    case 'quantile':
      return measureQuantile(view(scope, probe, scope.window), indicator.value, indicator.q, scope.tolerateMissing);
    case 'total':
      return measureTotal(scope.recording, probe, indicator.value, scope.window, scope.asOf);
    case 'inFlight':
      return measureInFlight(scope.recording, probe, scope.window, scope.times.injected!);
    case 'completeness':
      return measureCompleteness(scope.recording, probe, other, indicator.key, scope.window);
    case 'timeToRecover':
      return slowestOf(
        sinceRequest(scope, probe).map((place) =>
          measureTimeToRecover(place, recoveryOrigin(scope), indicator, scope.tolerateMissing),
        ),
      );
    case 'timeToImpact':
      return quickestOf(
        sinceRequest(scope, probe).map((place) => measureTimeToImpact(place, scope.times.injected!, indicator)),
      );
  }
}

function hasBooted({ recording }: Scope, probe: ProbeSpec): boolean {
  return recording.boots.some((boot) => boot.vantage === probe.at);
}

function view(scope: Scope, probe: ProbeSpec, window: Window): SlotView {
  const { plan, recording, times, asOf } = scope;
  if (asOf !== undefined) return viewSlots(plan, recording, probe, window, { asOf });
  const { requested } = times;
  if (window !== times.phases.steady || !requested) return viewSlots(plan, recording, probe, window);
  const places = viewPlaces(plan, recording, probe, window);
  return viewTogether(
    recording,
    probe,
    places.map((place) => beforeTheFault(place, requested.earliest)),
  );
}

/**
 * A sample that was still under way when the fault was requested saw both the steady state and the fault: it says nothing about the one alone.
 * Missing slots stay due.
 */
function beforeTheFault(slots: SlotView, requested: Offset): SlotView {
  const { rows, column, clock } = slots;
  const latest = requested + clock[0];
  return keepSlots(slots, (index) => rows[index] === MISSING || column.ended(rows[index]!) <= latest);
}

/** For each place. One that began only after the window says nothing about it, unless it is the only one. */
function sinceRequest({ plan, recording, times }: Scope, probe: ProbeSpec): SlotView[] {
  const places = viewPlaces(plan, recording, probe, times.phases.impact!, { keepReachingOut: true });
  const due = places.filter(({ dues }) => dues.length > 0);
  return due.length > 0 ? due : places.slice(0, 1);
}

function recoveryOrigin({ times }: Scope) {
  return times.oneShot ? times.injected! : times.recovered!;
}
