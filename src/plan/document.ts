import { type Document, isScalar, parseAllDocuments, type YAMLError } from 'yaml';
import { compareDiagnostics, type Diagnostic, shorten } from './diagnostic.ts';
import { LineTable, type Position } from './line-table.ts';
import type { PlanDocument } from './plan-document.ts';
import { MAX_PLAN_BYTES, type PlanFile, tooLarge } from './read-files.ts';
import { MAX_ALIASES, MAX_DEPTH, structureProblems } from './structure.ts';

const MAX_DOCUMENTS = 100;
/** One slip often breaks many lines after it. */
const MAX_SYNTAX_ERRORS = 5;
const START: Position = { line: 1, column: 1 };

export interface ParsedFile {
  documents: PlanDocument[];
  diagnostics: Diagnostic[];
}

/** Splits a file into documents. Those that cannot be understood any further are told and left out. `what` it should hold is for messages. */
export function parseFile({ file, text, fromDirectory }: PlanFile, what = 'plan'): ParsedFile {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PLAN_BYTES) return { documents: [], diagnostics: [tooLarge(file, bytes, what)] };
  const lines = new LineTable(text);
  const parsed = parseYaml(text);
  if (!parsed) return refused(file, 'nested too deeply', `at most ${MAX_DEPTH} levels`);
  const documents = parsed
    .filter((yaml) => !isEmpty(yaml) || yaml.errors.length > 0)
    .map((yaml) => ({
      file,
      yaml,
      lines,
      start: yaml.contents?.range?.[0] ?? yaml.range[0],
      fromDirectory,
      sound: true,
      included: [],
    }));
  if (documents.length === 0) return refused(file, `there is no ${what} in this file`);
  if (documents.length > MAX_DOCUMENTS)
    return refused(file, 'too many documents in one file', `at most ${MAX_DOCUMENTS}`);
  return sortOut(documents, text);
}

function parseYaml(text: string): Document.Parsed[] | undefined {
  try {
    return parseAllDocuments(text, {
      prettyErrors: false,
      merge: true,
      logLevel: 'silent',
      stringKeys: true,
      // Checked in structure.ts: the library's own check takes quadratic time.
      uniqueKeys: false,
    }) as Document.Parsed[];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function refused(file: string, message: string, allowed?: string): ParsedFile {
  return { documents: [], diagnostics: [problem(file, START, message, allowed)] };
}

function sortOut(documents: PlanDocument[], text: string): ParsedFile {
  const sorted: ParsedFile = { documents: [], diagnostics: [] };
  for (const document of documents) {
    const broken = document.yaml.errors.length > 0;
    const structure = broken
      ? { problems: syntaxProblems(document, text), readable: false }
      : structureProblems(document);
    sorted.diagnostics.push(...structure.problems);
    if (structure.readable) sorted.documents.push({ ...document, sound: structure.problems.length === 0 });
  }
  return sorted;
}

function syntaxProblems(document: PlanDocument, text: string): Diagnostic[] {
  const found = document.yaml.errors.map((error) => syntaxProblem(document, error, text)).sort(compareDiagnostics);
  return found.slice(0, MAX_SYNTAX_ERRORS);
}

function syntaxProblem(document: PlanDocument, error: YAMLError, text: string): Diagnostic {
  const at = document.lines.at(error.pos[0]);
  if (text.slice(error.pos[0] - 1).startsWith('${'))
    return {
      ...problem(document.file, at, 'not valid YAML: { has a meaning of its own here'),
      hint: `put it in quotes: "\${NAME}"`,
    };
  if (error.code === 'TAB_AS_INDENT')
    return { ...problem(document.file, at, 'a tab as indentation'), hint: 'YAML is indented with spaces' };
  return problem(document.file, at, `not valid YAML: ${shorten(error.message.replace(/\s+/g, ' '), 200)}`);
}

function problem(file: string, at: Position, message: string, allowed?: string): Diagnostic {
  return { severity: 'error', file, ...at, path: '', message, ...(allowed !== undefined && { allowed }) };
}

/** The document as plain values, as its nodes are now. */
export function valuesOf(document: PlanDocument): unknown {
  return document.yaml.toJS({ maxAliasCount: MAX_ALIASES });
}
