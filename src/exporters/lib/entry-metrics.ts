import { BASE_UNITS, METRICS, STEP_AFTER, STEPS, toBaseUnit } from '../../slo/conventions.ts';
import type { ChaosEvent, Entry, Final, Gap, Header, Sample } from '../../slo/model/entry.ts';
import type { Plan, ValueDeclaration } from '../../slo/model/plan.ts';
import type { MetricStore } from './metric-store.ts';

/** What the metrics need of a plan, at hand for thousands of samples a second. */
export interface Measured {
  name: string;
  values: ReadonlyMap<string, Record<string, ValueDeclaration>>;
}

export function measuredBy(plan: Plan): Measured {
  return { name: plan.name, values: new Map(plan.probes.map(({ name, values }) => [name, values])) };
}

/** Shows in the live metrics what an entry tells. */
export function observeEntry(store: MetricStore, plan: Measured, entry: Entry): void {
  if (entry.type === 'header') showHeader(store, entry);
  else if (entry.type === 'sample') showSample(store, plan, entry);
  else if (entry.type === 'gap') countSlot(store, plan, entry, 'missing');
  else if (entry.type === 'final') showValues(store, plan, entry);
  else if (entry.type === 'chaos') showChaos(store, plan, entry);
  else if (entry.type === 'end') store.set(METRICS.runAborted, { plan: plan.name }, entry.cause === 'aborted' ? 1 : 0);
}

function showHeader(store: MetricStore, { plan, run, digest, version, seed, startedAt }: Header): void {
  store.set(METRICS.runInfo, { plan, run, digest, version, seed: String(seed) }, 1);
  store.set(METRICS.runStart, { plan }, Date.parse(startedAt) / 1000);
}

function showSample(store: MetricStore, plan: Measured, sample: Sample): void {
  countSlot(store, plan, sample, sample.outcome === 'unknown' ? 'missing' : sample.outcome);
  showValues(store, plan, sample);
}

function countSlot(store: MetricStore, plan: Measured, { probe, vantage }: Sample | Gap, outcome: string): void {
  store.add(METRICS.probeSlots, { plan: plan.name, probe, vantage, outcome }, 1);
}

function showValues(store: MetricStore, plan: Measured, { probe, vantage, values }: Sample | Final): void {
  const declared = plan.values.get(probe) ?? {};
  for (const [name, reading] of Object.entries(values)) {
    const meaning = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!meaning) continue;
    const value = withoutUnit(name);
    const labels = { plan: plan.name, probe, vantage, value, unit: BASE_UNITS[meaning.unit].name };
    const inBaseUnit = toBaseUnit(reading, meaning.unit);
    if (meaning.kind === 'count') store.add(METRICS.probeCount, labels, inBaseUnit);
    else store.set(METRICS.probeValue, labels, inBaseUnit);
  }
}

/** `connectMs` is shown in seconds, so its name must not say ms. */
function withoutUnit(name: string): string {
  return name.replace(/(?<=[a-z0-9])(Ms|Seconds|Bytes)$/, '');
}

function showChaos(store: MetricStore, plan: Measured, { experiment, fault, state }: ChaosEvent): void {
  const labels = { plan: plan.name, experiment };
  if (state === 'started') store.set(METRICS.faultLeftBehind, labels, 0);
  if (state === 'left-behind') store.set(METRICS.faultLeftBehind, labels, 1);
  const now = fault === undefined ? STEP_AFTER[state] : undefined;
  if (now === undefined) return;
  for (const step of STEPS) store.set(METRICS.phaseNow, { ...labels, step }, step === now ? 1 : 0);
}
