import type { Diagnostic, Path } from './diagnostic.ts';
import { formatPath, shorten } from './diagnostic.ts';
import type { PlanDocument } from './plan-document.ts';
import { locate } from './position.ts';

/** More than a person reads in one go; bounds the work on a hostile plan. */
const MAX_PROBLEMS = 500;
const MAX_TEXT = 500;

/** What may stand beside a message. */
export interface Detail {
  found?: string | undefined;
  allowed?: string | undefined;
  hint?: string | undefined;
  /** Point at the key rather than at its value. */
  atKey?: boolean;
}

/** Collects what is wrong with one document, each thing at its place. */
export interface Problems {
  error(path: Path, message: string, detail?: Detail): void;
  warning(path: Path, message: string, detail?: Detail): void;
  /** Nothing more is said of this place: what is wrong there was told, and the rest would follow from it. */
  silence(path: Path): void;
  readonly list: readonly Diagnostic[];
}

/** An empty collection for a document. A second error of one message at one place is dropped. */
export function problemsOf(document: PlanDocument): Problems {
  const list: Diagnostic[] = [];
  const seen = new Set<string>();
  const silent = new Set<string>();
  function add(severity: Diagnostic['severity'], path: Path, message: string, detail: Detail = {}): void {
    if (list.length >= MAX_PROBLEMS) return;
    if (silent.has(formatPath(path))) return;
    const diagnostic = diagnosticAt(document, severity, path, message, detail);
    const key = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}:${diagnostic.path}:${message}`;
    if (seen.has(key)) return;
    seen.add(key);
    list.push(diagnostic);
    if (list.length === MAX_PROBLEMS)
      list.push(diagnosticAt(document, 'error', [], 'too many problems: not all are shown', {}));
  }
  return {
    error: (path, message, detail) => add('error', path, message, detail),
    warning: (path, message, detail) => add('warning', path, message, detail),
    silence: (path) => void silent.add(formatPath(path)),
    list,
  };
}

function diagnosticAt(
  document: PlanDocument,
  severity: Diagnostic['severity'],
  path: Path,
  message: string,
  { found, allowed, hint, atKey = false }: Detail,
): Diagnostic {
  const place = writtenAt(document, path);
  return {
    severity,
    file: place.document.file,
    ...locate(place.document, place.path, atKey),
    path: formatPath(place.path),
    message: shorten(message, MAX_TEXT),
    ...(found !== undefined && { found: shorten(found, MAX_TEXT) }),
    ...(allowed !== undefined && { allowed: shorten(allowed, MAX_TEXT) }),
    ...(hint !== undefined && { hint }),
  };
}

/** The document in which a place was written, and the way to it in there. */
function writtenAt(document: PlanDocument, path: Path): { document: PlanDocument; path: Path } {
  const included = document.included.find(({ at }) => at.every((step, index) => step === path[index]));
  return included ? writtenAt(included.document, path.slice(included.at.length)) : { document, path };
}

/** The same collection for a part of the document: paths begin at `at`. */
export function problemsBelow(problems: Problems, at: Path): Problems {
  return {
    error: (path, message, detail) => problems.error([...at, ...path], message, detail),
    warning: (path, message, detail) => problems.warning([...at, ...path], message, detail),
    silence: (path) => problems.silence([...at, ...path]),
    list: problems.list,
  };
}
