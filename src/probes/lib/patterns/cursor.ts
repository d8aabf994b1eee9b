/** A pattern that is read from its beginning. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** Says in one line what is wrong with a pattern. */
export class PatternError extends Error {}
