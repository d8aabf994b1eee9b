import { dirname, isAbsolute, join } from 'node:path';
import { isMap } from 'yaml';
import type { Diagnostic, Path } from './diagnostic.ts';
import { parseFile, valuesOf } from './document.ts';
import { MASK } from './mask.ts';
import type { PlanDocument } from './plan-document.ts';
import { type Problems, problemsBelow } from './problems.ts';
import type { ReadIncluded } from './read-included.ts';
import type { Registries } from './registries.ts';
import { type Environment, substitute } from './substitute.ts';
import { valueAt } from './validate.ts';
import { isRecord } from './work.ts';

/** What reading the files that a plan includes needs, and what it adds to. */
export interface Including {
  document: PlanDocument;
  problems: Problems;
  registries: Registries;
  env: Environment;
  read: ReadIncluded;
  /** Variables of the environment that were filled in, also in included files. */
  used: Map<string, string>;
  /** What is wrong with the text of the files. */
  diagnostics: Diagnostic[];
}

/** The plan's values with the content of files in the place of their paths, wherever a driver says that a path may stand. */
export function includeFiles(values: unknown, including: Including): unknown {
  const experiments = valueAt(values, ['spec', 'experiments']);
  if (!isRecord(values) || !isRecord(values['spec']) || !Array.isArray(experiments)) return values;
  const whole = experiments.map((entry, index) => includeInto(entry, ['spec', 'experiments', index], including));
  return { ...values, spec: { ...values['spec'], experiments: whole } };
}

function includeInto(entry: unknown, path: Path, including: Including): unknown {
  if (!isRecord(entry) || typeof entry['driver'] !== 'string' || !isRecord(entry['config'])) return entry;
  const config = { ...entry['config'] };
  for (const key of including.registries.drivers.get(entry['driver'])?.includes ?? []) {
    const written = config[key];
    if (typeof written !== 'string' || written === MASK) continue;
    const at = [...path, 'config', key];
    const content = contentOf(written, at, including);
    if (content === undefined) including.problems.silence(at);
    else config[key] = content;
  }
  return { ...entry, config };
}

function contentOf(written: string, at: Path, including: Including): Record<string, unknown> | undefined {
  const file = isAbsolute(written) ? written : join(dirname(including.document.file), written);
  const text = including.read(file);
  if (!text.ok) {
    const { problem, found = file, allowed } = text;
    const hint = 'a path is relative to the directory of the plan';
    including.problems.error(at, `the file ${problem}`, { found, allowed, hint });
    return undefined;
  }
  const document = oneDocument({ file, text: text.text }, including);
  if (!document) return undefined;
  including.document.included.push({ at, document });
  const problems = problemsBelow(including.problems, at);
  for (const [name, value] of substitute(document, including.env, problems)) including.used.set(name, value);
  const content = valuesOf(document);
  if (isRecord(content)) return content;
  problems.error([], 'expected a map');
  return undefined;
}

function oneDocument({ file, text }: { file: string; text: string }, including: Including): PlanDocument | undefined {
  const { documents, diagnostics } = parseFile({ file, text, fromDirectory: false }, 'manifest');
  including.diagnostics.push(...diagnostics);
  const [first, second] = documents;
  if (second) including.diagnostics.push(tooMany(second, documents.length));
  const sound = diagnostics.length === 0 && !second;
  if (!sound) including.document.sound = false;
  return sound && first && isMap(first.yaml.contents) ? first : notAMap(first, including);
}

function notAMap(document: PlanDocument | undefined, { diagnostics, document: plan }: Including): undefined {
  if (document && !isMap(document.yaml.contents)) {
    plan.sound = false;
    diagnostics.push({ ...placeOf(document), severity: 'error', message: 'expected a map' });
  }
  return undefined;
}

function tooMany(second: PlanDocument, count: number): Diagnostic {
  return {
    ...placeOf(second),
    severity: 'error',
    message:
      'a manifest holds one document: several in one file would strike at once, and no verdict could tell them apart',
    found: `${count} documents`,
    allowed: 'one',
    hint: 'one file for each, and an experiment for each',
  };
}

function placeOf({ file, lines, start }: PlanDocument): Pick<Diagnostic, 'file' | 'line' | 'column' | 'path'> {
  return { file, ...lines.at(start), path: '' };
}
