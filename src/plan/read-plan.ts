import type { Plan } from '../slo/model/plan.ts';
import { checkComparisons } from './lint/comparison.ts';
import { checkCoverage } from './lint/coverage.ts';
import { checkEmptiness } from './lint/emptiness.ts';
import { checkExtremes } from './lint/extremes.ts';
import type { Draft } from './lint/lint.ts';
import { checkLookbacks } from './lint/lookback.ts';
import { checkSampling } from './lint/sampling.ts';
import { checkSettling } from './lint/settling.ts';
import type { Problems } from './problems.ts';
import type { Registries } from './registries.ts';
import { lintConfigs } from './resolve/config-lint.ts';
import { resolveExperiments, resolvePhases } from './resolve/experiments.ts';
import { resolveLimits } from './resolve/limits.ts';
import { resolveObjectives } from './resolve/objectives.ts';
import { resolveProbes } from './resolve/probes.ts';
import { resolveBaselines, resolveExporters, resolveSources, resolveVantages } from './resolve/sources.ts';
import * as schema from './schema/envelope.ts';
import { seedOf } from './seed.ts';
import { validate } from './validate.ts';
import { checkDuplicates, isRecord, type Work } from './work.ts';

/** What is read of a plan before its digest is known. */
export type UnsignedPlan = Omit<Plan, 'digest'>;

/** Turns the values of one document into a plan. Tells every problem; gives the plan only if there is no error. */
export function readPlan(
  values: unknown,
  problems: Problems,
  registries: Registries,
  masked: boolean,
): UnsignedPlan | undefined {
  const envelope = validate(schema.envelope, values, [], problems);
  const spec = isRecord(values) && isRecord(values['spec']) ? values['spec'] : undefined;
  if (!spec) return undefined;
  const work: Work = { problems, registries, spec, masked };
  checkOutline(work);
  const draft = readSpec(work, envelope?.metadata ?? { name: '' });
  if (hasErrors(problems)) return undefined;
  checkSampling(draft);
  checkSettling(draft);
  checkLookbacks(draft);
  checkCoverage(draft);
  checkExtremes(draft);
  return draft.plan;
}

function hasErrors(problems: Problems): boolean {
  return problems.list.some(({ severity }) => severity === 'error');
}

function checkOutline(work: Work): void {
  validate(schema.specKeys, work.spec, ['spec'], work.problems);
  checkEmptiness(work);
  for (const list of ['sources', 'vantages', 'probes', 'baselines', 'experiments', 'objectives'] as const)
    checkDuplicates(work, list);
}

function readSpec(work: Work, metadata: { name: string; labels?: Record<string, string> | undefined }): Draft {
  const phases = resolvePhases(work);
  const sources = resolveSources(work);
  const vantages = resolveVantages(work);
  const probes = resolveProbes(work);
  const baselines = resolveBaselines(work);
  const subjects = { probes: probes.known, baselines };
  const experiments = resolveExperiments(work, phases, subjects);
  const limits = resolveLimits(work, experiments);
  lintConfigs(work, experiments.faults, limits);
  const objectives = resolveObjectives(work, subjects, experiments.specs);
  const exporters = resolveExporters(work);
  const plan: UnsignedPlan = {
    name: metadata.name,
    labels: metadata.labels ?? {},
    seed: resolveSeed(work, metadata.name),
    phases,
    limits,
    sources,
    vantages,
    probes: probes.specs.map(({ value }) => value),
    baselines: baselines.map(({ value }) => value),
    experiments: experiments.specs.map(({ value }) => value),
    objectives: objectives.map(({ value }) => value),
    exporters,
  };
  const draft = { work, plan, probes: probes.known, baselines, experiments: experiments.specs, objectives };
  checkComparisons(draft);
  return draft;
}

function resolveSeed(work: Work, name: string): number {
  const raw = work.spec['seed'];
  const seed = raw === undefined ? undefined : validate(schema.seed, raw, ['spec', 'seed'], work.problems);
  return seed ?? seedOf(name);
}
