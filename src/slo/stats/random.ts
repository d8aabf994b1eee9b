import { hashOf } from './hash.ts';

/** A source of numbers in [0, 1) that gives the same row for the same seed. */
export type Random = () => number;

/** The small fast counting generator (sfc32). Not for secrets. */
function sfc32(a: number, b: number, c: number, d: number): Random {
  let [w, x, y, counter] = [a | 0, b | 0, c | 0, d | 0];
  return () => {
    const sum = (w + x + counter) | 0;
    counter = (counter + 1) | 0;
    w = x ^ (x >>> 9);
    x = (y + (y << 3)) | 0;
    y = ((y << 21) | (y >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** A stream of its own for each name, so that one user's draws do not move another's. */
export function forStream(seed: number, name: string): Random {
  const high = Math.floor(seed / 2 ** 32);
  const random = sfc32(seed, high, hashOf(name), hashOf(`${name}/`));
  // Neighbouring seeds differ in few bits; the first draws still show it.
  for (let i = 0; i < 15; i++) random();
  return random;
}
