import type { Plan } from '../slo/model/plan.ts';
import { compareDiagnostics, type Diagnostic, shorten } from './diagnostic.ts';
import { editDistance } from './did-you-mean.ts';
import { digestOf } from './digest.ts';
import { parseFile, valuesOf } from './document.ts';
import { type Mask, maskOf, maskValue } from './mask.ts';
import type { PlanDocument } from './plan-document.ts';
import { findSecrets, type PlanSecrets } from './plan-secrets.ts';
import { locate } from './position.ts';
import { type Problems, problemsOf } from './problems.ts';
import { type PlanFile, readPlanFiles } from './read-files.ts';
import { readPlan, type UnsignedPlan } from './read-plan.ts';
import type { Registries } from './registries.ts';
import { maskedValues, resolvedYaml } from './resolved-yaml.ts';
import { API_VERSION } from './schema/envelope.ts';
import { type Environment, substitute } from './substitute.ts';
import { valueAt } from './validate.ts';
import { isRecord } from './work.ts';

/** A plan without an error. */
export interface LoadedPlan {
  plan: Plan;
  file: string;
  /** Texts that must never leave the process. */
  secrets: string[];
  /**
   * The plan as one YAML document with the environment filled in and secrets masked; loads again with `masked: true`. File paths in it stay
   * as they were written: relative to the directory in which steadfast runs.
   */
  resolvedYaml: string;
}

export interface Loaded {
  plans: LoadedPlan[];
  /** Errors and warnings, in the order of files and lines. A document with an error gives no plan. */
  diagnostics: Diagnostic[];
  /** The secrets of all documents, also of those that gave no plan. */
  secrets: string[];
  /** Hides those secrets. */
  mask: Mask;
}

export interface LoadOptions {
  /** Read a recorded plan: a masked value is taken as it is, since only judging follows. */
  masked?: boolean;
}

/** Reads files and directories of plans. Never rejects for what stands in them. */
export async function load(
  paths: readonly string[],
  registries: Registries,
  env: Environment,
  options: LoadOptions = {},
): Promise<Loaded> {
  const { files, diagnostics } = await readPlanFiles(paths);
  const loaded = loadFiles(files, registries, env, options);
  return { ...loaded, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

/** Reads texts that were read already. */
export function loadFiles(
  files: readonly PlanFile[],
  registries: Registries,
  env: Environment,
  { masked = false }: LoadOptions = {},
): Loaded {
  const readings = files.map((file) => loadFile(file, registries, env, masked));
  const documents = readings.flatMap((reading) => reading.documents);
  refuseSameNames(documents);
  const secrets = [...new Set(documents.flatMap((document) => document.secrets.texts))];
  const mask = maskOf(secrets);
  const diagnostics = readings.flatMap((reading) => diagnosticsOf(reading, mask));
  return { plans: documents.flatMap((document) => finish(document)), diagnostics, secrets, mask };
}

interface FileReading {
  diagnostics: Diagnostic[];
  documents: DocumentReading[];
}

interface DocumentReading {
  document: PlanDocument;
  problems: Problems;
  values: unknown;
  secrets: PlanSecrets;
  plan: UnsignedPlan | undefined;
}

function loadFile(file: PlanFile, registries: Registries, env: Environment, masked: boolean): FileReading {
  const { documents, diagnostics } = parseFile(file);
  return { diagnostics, documents: documents.map((document) => loadDocument(document, registries, env, masked)) };
}

function loadDocument(
  document: PlanDocument,
  registries: Registries,
  env: Environment,
  masked: boolean,
): DocumentReading {
  const problems = problemsOf(document);
  const foreign = document.fromDirectory && isForeign(valuesOf(document));
  const used = foreign ? new Map<string, string>() : substitute(document, env, problems);
  const values = valuesOf(document);
  const secrets = findSecrets(values, registries, used);
  if (foreign) problems.warning(['apiVersion'], 'not a plan, so it is left out', { allowed: API_VERSION });
  const plan = foreign ? undefined : readPlan(values, problems, registries, masked);
  return { document, problems, values, secrets, plan };
}

/** A manifest of another program may lie beside plans; a misspelt version of ours is not such a thing. */
function isForeign(values: unknown): boolean {
  const version = isRecord(values) ? values['apiVersion'] : undefined;
  if (typeof version !== 'string' || version.startsWith('steadfast/')) return false;
  return editDistance(shorten(version, 60), API_VERSION) > 4;
}

function refuseSameNames(documents: DocumentReading[]): void {
  const first = new Map<string, DocumentReading>();
  for (const reading of documents) {
    if (!reading.plan) continue;
    const earlier = first.get(reading.plan.name);
    if (!earlier) first.set(reading.plan.name, reading);
    else {
      const { line } = locate(earlier.document, ['metadata', 'name'], false);
      const hint = `${earlier.document.file}:${line} has it already`;
      reading.problems.error(['metadata', 'name'], 'this name is taken by another plan', {
        found: reading.plan.name,
        hint,
      });
      reading.plan = undefined;
    }
  }
}

function diagnosticsOf({ diagnostics, documents }: FileReading, mask: Mask): Diagnostic[] {
  const all = [...diagnostics, ...documents.flatMap(({ problems }) => problems.list)];
  return all.sort(compareDiagnostics).map((diagnostic) => maskValue(diagnostic, mask) as Diagnostic);
}

function finish({ document, plan, values, secrets }: DocumentReading): LoadedPlan[] {
  if (!plan || !document.sound) return [];
  const mask = maskOf(secrets.texts);
  const shown = maskedValues(values, secrets.paths, mask);
  return [
    {
      plan: { ...plan, digest: digestOf(digestible(plan, shown, mask)) },
      file: document.file,
      secrets: secrets.texts,
      // Only a run writes it.
      get resolvedYaml() {
        return resolvedYaml(shown);
      },
    },
  ];
}

/** What a digest is taken of: what was resolved, but configs as written, without secrets and without what the probe types declare. */
function digestible(plan: UnsignedPlan, shown: unknown, mask: Mask): unknown {
  const masked = maskValue(plan, mask) as UnsignedPlan;
  return {
    ...masked,
    sources: masked.sources.map((source, index) => ({ ...source, config: shownConfig(shown, 'sources', index) })),
    vantages: masked.vantages.map((vantage, index) => ({ ...vantage, config: shownConfig(shown, 'vantages', index) })),
    exporters: masked.exporters.map((exporter, index) => ({
      ...exporter,
      config: shownConfig(shown, 'exporters', index),
    })),
    probes: masked.probes.map(({ values: _, instrument: __, promql: ___, ...probe }, index) => ({
      ...probe,
      config: shownConfig(shown, 'probes', index),
    })),
    experiments: masked.experiments.map((experiment, index) => ({
      ...experiment,
      config: shownConfig(shown, 'experiments', index),
    })),
  };
}

function shownConfig(shown: unknown, list: string, index: number): unknown {
  return valueAt(shown, ['spec', list, index, 'config']) ?? {};
}
