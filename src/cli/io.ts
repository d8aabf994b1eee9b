import type { Registries } from '../plan/registries.ts';

/** All that a command sees of the process. `main.ts` hands in the real one, tests one that keeps the text. */
export interface CommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  registries: Registries;
}
