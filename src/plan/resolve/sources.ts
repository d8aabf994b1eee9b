import { RUNNER_VANTAGE } from '../../slo/model/entry.ts';
import type { BaselineSpec, ExporterSpec, SourceSpec, VantageSpec } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/instruments.ts';
import { SECOND_MS } from '../schema/words.ts';
import { validate } from '../validate.ts';
import { checkKnown, entriesOf, isRecord, namesOf, type Placed, plugInOf, type Work } from '../work.ts';
import { resolveConfig } from './config.ts';

/** Prometheus answers a range query with at most so many points per series. */
const MAX_POINTS = 11_000;
const USUAL_POINTS = 240;
const LEAST_USUAL_STEP_MS = 15 * SECOND_MS;
const MIN_POINTS_OF_RANGE = 10;

/** Reads `spec.sources`. */
export function resolveSources(work: Work): SourceSpec[] {
  return entriesOf(work, 'sources').flatMap(({ value, path }) => {
    const word = isRecord(value) ? value['type'] : undefined;
    const type = plugInOf(work, 'source', word, work.registries.sources, [...path, 'type']);
    const shape = validate(schema.source, value, path, work.problems);
    const parsed = type && resolveConfig(work, type, value, path);
    return shape && parsed ? [{ name: shape.name, type: shape.type, config: parsed.config }] : [];
  });
}

/** Reads `spec.exporters`. */
export function resolveExporters(work: Work): ExporterSpec[] {
  return entriesOf(work, 'exporters').flatMap(({ value, path }) => {
    const word = isRecord(value) ? value['type'] : undefined;
    const type = plugInOf(work, 'exporter', word, work.registries.exporters, [...path, 'type']);
    const shape = validate(schema.exporter, value, path, work.problems);
    const parsed = type && resolveConfig(work, type, value, path);
    return shape && parsed ? [{ type: shape.type, config: parsed.config }] : [];
  });
}

/** Reads `spec.vantages`. */
export function resolveVantages(work: Work): VantageSpec[] {
  return entriesOf(work, 'vantages').flatMap(({ value, path }) => {
    const word = isRecord(value) ? value['type'] : undefined;
    const type = plugInOf(work, 'vantage', word, work.registries.vantages, [...path, 'type']);
    const shape = validate(schema.vantage, value, path, work.problems);
    const parsed = type && resolveConfig(work, type, value, path);
    checkNotRunner(work, value, path);
    return shape && parsed ? [{ name: shape.name, type: shape.type, config: parsed.config }] : [];
  });
}

function checkNotRunner(work: Work, entry: unknown, path: Path): void {
  if (!isRecord(entry) || entry['name'] !== RUNNER_VANTAGE) return;
  work.problems.error([...path, 'name'], 'this is the name of the vantage that is the runner itself', {
    hint: 'another name',
  });
}

/** Reads `spec.baselines`. */
export function resolveBaselines(work: Work): Placed<BaselineSpec>[] {
  return entriesOf(work, 'baselines').flatMap(({ value, path }) => {
    const baseline = resolveBaseline(work, value, path);
    return baseline ? [{ value: baseline, path }] : [];
  });
}

function resolveBaseline(work: Work, entry: unknown, path: Path): BaselineSpec | undefined {
  const shape = validate(schema.baseline, entry, path, work.problems);
  if (isRecord(entry) && typeof entry['source'] === 'string')
    checkKnown(work, 'source', entry['source'], namesOf(work, 'sources'), [...path, 'source']);
  if (!shape) return undefined;
  if ((shape.window === undefined) === (shape.instant === undefined)) {
    const allowed = 'either "window: {last: 1h}" or "instant: true"';
    const message = shape.window ? 'a window and an instant query exclude each other' : 'this baseline has no window';
    work.problems.error(path, message, { allowed });
    return undefined;
  }
  const lastMs = shape.window?.last ?? 0;
  const stepMs = shape.step ?? usualStepMs(lastMs);
  const minPoints = shape.minPoints ?? (lastMs === 0 ? 1 : MIN_POINTS_OF_RANGE);
  checkPoints(work, lastMs, stepMs, minPoints, path);
  const { name, source, query } = shape;
  return { name, source, query, lastMs, stepMs, stat: shape.stat ?? 'median', minPoints };
}

function usualStepMs(lastMs: number): number {
  return Math.max(LEAST_USUAL_STEP_MS, Math.ceil(lastMs / USUAL_POINTS / SECOND_MS) * SECOND_MS);
}

function checkPoints(work: Work, lastMs: number, stepMs: number, minPoints: number, path: Path): void {
  const points = lastMs === 0 ? 1 : Math.floor(lastMs / stepMs) + 1;
  if (points > MAX_POINTS)
    work.problems.error([...path, 'step'], 'window and step ask for more points than Prometheus gives', {
      found: `${points} points`,
      allowed: `at most ${MAX_POINTS}`,
      hint: 'a longer step',
    });
  if (points < minPoints)
    work.problems.error([...path, 'window'], 'window and step can never give the points that are needed', {
      found: `${points} points`,
      allowed: `at least ${minPoints}`,
      hint: 'a longer window, a shorter step, or "minPoints"',
    });
}
