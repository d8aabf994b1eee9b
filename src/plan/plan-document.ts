import type { Document, LineCounter } from 'yaml';

/** One YAML document of a file, read but not yet understood. */
export interface PlanDocument {
  file: string;
  yaml: Document;
  lines: LineCounter;
  /** Where in the text the document begins. */
  start: number;
  fromDirectory: boolean;
  /** False where a problem of its text was told, so that it must not become a plan. */
  sound: boolean;
}
