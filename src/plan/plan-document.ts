import type { Document } from 'yaml';
import type { Path } from './diagnostic.ts';
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
  /** What stands in the place of a path of a file: what is wrong below that place is told where it was written. */
  included: Included[];
}

/** Another file's one document, and the place in the plan that it takes. */
export interface Included {
  at: Path;
  document: PlanDocument;
}
