import { oneLine } from '../slo/render/text.ts';

/** A problem in a plan, at a place that an editor can jump to. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** Where in the plan, e.g. `spec.probes[0].interval`; empty where the file itself is the matter. */
  path: string;
  message: string;
  /** What stands there. */
  found?: string;
  /** What may stand there. */
  allowed?: string;
  hint?: string;
}

/** A step into a document: a key or an index. */
export type Path = readonly (string | number)[];

/** Writes a path as people do: `spec.probes[0].interval`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path)
    text += typeof step === 'number' ? `[${step}]` : text === '' ? keyText(step) : `.${keyText(step)}`;
  return text;
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(shorten(key, 40));
}

/** `file:line:column: path: message`, and a line each for what was found, what is allowed, and a hint. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, file, line, column, path, message, found, allowed, hint } = diagnostic;
  const head = [`${file}:${line}:${column}`, severity === 'warning' ? 'warning' : '', path, message];
  const lines = [head.filter((part) => part !== '').join(': ')];
  if (found !== undefined) lines.push(`    found:   ${found}`);
  if (allowed !== undefined) lines.push(`    allowed: ${allowed}`);
  if (hint !== undefined) lines.push(`    hint:    ${hint}`);
  return lines.map(safeLine).join('\n');
}

/** What a plan says may hold anything, and the reader's terminal must not obey it. */
function safeLine(line: string): string {
  const indent = line.length - line.trimStart().length;
  return ' '.repeat(indent) + oneLine(line);
}

/** File order is the caller's; inside a file by line, column, path, message. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.column - b.column || compareText(a.path, b.path) || compareText(a.message, b.message);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Shows a value of the document in one short line. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return shorten(typeof value === 'string' ? JSON.stringify(value) : String(value), 80);
}

/** Keeps the start of a text that is too long for a line. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 3)}...`;
}
