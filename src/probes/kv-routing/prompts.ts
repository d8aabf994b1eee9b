import { createHash } from 'node:crypto';

/** Makes texts that nobody else sends: the same seed gives the same texts in the same order. */
export interface Prompts {
  prefix(): Prefix;
  /** The prefix with an end of its own, as each request of a conversation has. */
  repeat(prefix: Prefix): string;
}

/** A text that may be cached, and its first half. */
export interface Prefix {
  half: string;
  full: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const WORDS_OF_AN_END = 4;

/** `seed` must differ from run to run, or one run finds what another one planted. */
export function createPrompts(seed: string, prefixWords: number): Prompts {
  let made = 0;
  const text = (words: number) => textOf(`${seed}/${made++}`, words);
  return {
    prefix() {
      const half = text(Math.floor(prefixWords / 2));
      return { half, full: `${half} ${text(Math.ceil(prefixWords / 2))}` };
    },
    repeat: ({ full }) => `${full} ${text(WORDS_OF_AN_END)}`,
  };
}

/** Words of three letters: each is a token at least, whatever the tokenizer. */
function textOf(seed: string, words: number): string {
  const found: string[] = [];
  for (let block = 0; found.length < words; block++) {
    const bytes = createHash('sha256').update(`${seed}/${block}`).digest();
    for (let at = 0; at + 3 <= bytes.length && found.length < words; at += 3) found.push(wordOf(bytes, at));
  }
  return found.join(' ');
}

function wordOf(bytes: Buffer, at: number): string {
  return [0, 1, 2].map((letter) => LETTERS[bytes[at + letter]! % LETTERS.length]).join('');
}
