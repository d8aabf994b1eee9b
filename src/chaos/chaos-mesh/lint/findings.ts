import type { LintFinding } from '../../contract.ts';
import type { ManifestPath } from '../manifest.ts';

type Detail = Pick<LintFinding, 'found' | 'allowed' | 'hint'>;

/** Collects what is wrong with a manifest, each thing at its place in there. */
export interface Findings {
  error(path: ManifestPath, message: string, detail?: Detail): void;
  warning(path: ManifestPath, message: string, detail?: Detail): void;
  readonly list: LintFinding[];
}

/** An empty collection; `at` leads from the config to the manifest. */
export function findingsAt(at: ManifestPath): Findings {
  const list: LintFinding[] = [];
  const add = (severity: LintFinding['severity'], path: ManifestPath, message: string, detail: Detail = {}): void =>
    void list.push({ severity, path: [...at, ...path], message, ...detail });
  return {
    list,
    error: (path, message, detail) => add('error', path, message, detail),
    warning: (path, message, detail) => add('warning', path, message, detail),
  };
}

/** What stands there, in one short line. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : String(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'a map' : text.slice(0, 80);
}
