import type { Document } from 'yaml';
import type { LineTable } from './line-table.ts';

/** One YAML document of a file, read but not yet understood. */
export interface PlanDocument {
  file: string;
  yaml: Document;
  lines: LineTable;
  /** Where in the text the document begins. */
  start: number;
  fromDirectory: boolean;
  /** False where a problem of its text was told, so that it must not become a plan. */
  sound: boolean;
}
