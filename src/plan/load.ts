import { resolve } from 'node:path';
import type { Experiment, Plan } from '../slo/model/plan.ts';
import { compareDiagnostics, type Diagnostic, shorten } from './diagnostic.ts';
import { editDistance } from './did-you-mean.ts';
import { digestOf } from './digest.ts';
import { parseFile, valuesOf } from './document.ts';
import { type Including, includeFiles } from './include.ts';
import { type Mask, maskOf, maskValue } from './mask.ts';
import type { PlanDocument } from './plan-document.ts';
import { findSecrets, type PlanSecrets } from './plan-secrets.ts';
import { locate } from './position.ts';
import { type Problems, problemsOf } from './problems.ts';
import { type PlanFile, readPlanFiles } from './read-files.ts';
import { type ReadIncluded, readIncluded } from './read-included.ts';
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
  /** The names of all plans that were found, also of those that were not asked for or have an error. */
  names: string[];
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
  /** Read these plans; of others only the name is looked at. */
  only?: readonly string[] | undefined;
  /** Reads the files that plans include. Default: from the disk. */
  read?: ReadIncluded;
}

/** What reading a document needs besides its text. */
interface Setting {
  registries: Registries;
  env: Environment;
  masked: boolean;
  only: readonly string[] | undefined;
  read: ReadIncluded;
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
  { masked = false, only, read = readIncluded }: LoadOptions = {},
): Loaded {
  const setting = { registries, env, masked, only, read };
  const readings = files.map((file) => loadFile(file, setting));
  const documents = readings.flatMap((reading) => reading.documents);
  refuseSameNames(documents);
  if (!only) tellForeign(documents);
  const secrets = [...new Set(documents.flatMap((document) => document.secrets.texts))];
  const mask = maskOf(secrets);
  const diagnostics = withoutRepeats(readings.flatMap((reading) => diagnosticsOf(reading, mask)));
  const names = documents.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return { plans: documents.flatMap((document) => finish(document)), names, diagnostics, secrets, mask };
}

interface FileReading {
  file: string;
  diagnostics: Diagnostic[];
  documents: DocumentReading[];
}

interface DocumentReading {
  document: PlanDocument;
  problems: Problems;
  /** What is wrong with the text of included files. */
  diagnostics: Diagnostic[];
  /** Absent where the document is not a plan. */
  name: string | undefined;
  foreign: boolean;
  values: unknown;
  secrets: PlanSecrets;
  plan: UnsignedPlan | undefined;
}

function loadFile(file: PlanFile, setting: Setting): FileReading {
  const { documents, diagnostics } = parseFile(file);
  return {
    file: file.file,
    diagnostics,
    documents: documents.map((document) => loadDocument(document, setting)),
  };
}

function loadDocument(document: PlanDocument, setting: Setting): DocumentReading {
  const problems = problemsOf(document);
  const foreign = document.fromDirectory && isForeign(valuesOf(document));
  const used = foreign ? new Map<string, string>() : substitute(document, setting.env, problems);
  const bare = valuesOf(document);
  const name = foreign ? undefined : nameOf(bare);
  const reading = { document, diagnostics: [] as Diagnostic[], name, foreign, plan: undefined };
  if (foreign || (name !== undefined && setting.only?.includes(name) === false))
    return { ...reading, values: bare, secrets: { paths: [], texts: [] }, problems: problemsOf(document) };
  const including: Including = { ...setting, document, problems, used, diagnostics: reading.diagnostics };
  const values = includeFiles(bare, including);
  const secrets = findSecrets(values, setting.registries, used);
  const plan = readPlan(values, problems, setting.registries, setting.masked);
  return { ...reading, problems, values, secrets, plan };
}

function nameOf(values: unknown): string | undefined {
  const name = valueAt(values, ['metadata', 'name']);
  return typeof name === 'string' ? name : undefined;
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

/** What lies in a directory because a plan there includes it needs no word. */
function tellForeign(documents: DocumentReading[]): void {
  const included = new Set(
    documents.flatMap(({ document }) => document.included.map((each) => resolve(each.document.file))),
  );
  for (const { document, problems, foreign } of documents)
    if (foreign && !included.has(resolve(document.file)))
      problems.warning(['apiVersion'], 'not a plan, so it is left out', { allowed: API_VERSION });
}

/** The plan's own file first, then those that it includes. */
function diagnosticsOf({ file, diagnostics, documents }: FileReading, mask: Mask): Diagnostic[] {
  const all = [...diagnostics, ...documents.flatMap((reading) => [...reading.problems.list, ...reading.diagnostics])];
  const rank = (diagnostic: Diagnostic): string => (diagnostic.file === file ? '' : diagnostic.file);
  return all
    .sort((a, b) => (rank(a) === rank(b) ? compareDiagnostics(a, b) : rank(a) < rank(b) ? -1 : 1))
    .map((diagnostic) => maskValue(diagnostic, mask) as Diagnostic);
}

/** Two plans may include one file, and a directory may name it too. */
function withoutRepeats(diagnostics: Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const text = JSON.stringify(diagnostic);
    return !seen.has(text) && seen.add(text);
  });
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
      config: shownConfig(shown, 'experiments', indexOfEntry(shown, plan.experiments[index]!)),
    })),
  };
}

/** Several experiments may be steps of one entry. */
function indexOfEntry(shown: unknown, { name, step }: Experiment): number {
  const entries = valueAt(shown, ['spec', 'experiments']) as unknown[];
  return entries.findIndex((entry) => valueAt(entry, ['name']) === (step?.of ?? name));
}

function shownConfig(shown: unknown, list: string, index: number): unknown {
  return valueAt(shown, ['spec', list, index, 'config']) ?? {};
}
