import { createHash } from 'node:crypto';

/** Where a batch stands in its engine's stream. */
export type Place = 'next' | 'ahead' | 'again' | 'anew';

const mostRemembered = 10_000;

/** How far an engine's stream has been applied. It tells a batch that comes twice from one of a new life by its content. */
export interface SequenceProgress {
  last: () => number | undefined;
  place: (sequence: number, payload: Uint8Array) => Place;
  advance: (sequence: number, payload: Uint8Array) => void;
  restart: () => void;
}

export function createSequenceProgress(): SequenceProgress {
  let last: number | undefined;
  const contents = new Map<number, string>();
  return {
    last: () => last,
    place: (sequence, payload) => {
      const expected = last === undefined ? 0 : last + 1;
      if (sequence === expected) return 'next';
      if (sequence > expected) return 'ahead';
      return contents.get(sequence) === digestOf(payload) ? 'again' : 'anew';
    },
    advance: (sequence, payload) => {
      last = sequence;
      contents.delete(sequence);
      contents.set(sequence, digestOf(payload));
      if (contents.size > mostRemembered) contents.delete(contents.keys().next().value!);
    },
    restart: () => {
      last = undefined;
      contents.clear();
    },
  };
}

function digestOf(payload: Uint8Array): string {
  return createHash('md5').update(payload).digest('base64');
}
