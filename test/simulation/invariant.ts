import type { History } from './simulate.ts';

/** A law that holds in every world. `check` says what broke it, or nothing. */
export interface Invariant {
  name: string;
  check(history: History): string | undefined;
}
