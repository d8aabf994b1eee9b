/** A stream of numbers in [0, 1), the same for the same seed and name: sfc32, seeded by a hash of both. */
export function randomStream(seed: number, name: string): () => number {
  let [a, b, c, d] = seedWords(`${seed}/${name}`);
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let warmUp = 0; warmUp < 15; warmUp++) next();
  return next;
}

function seedWords(text: string): [number, number, number, number] {
  return [fnv1a(`0${text}`), fnv1a(`1${text}`), fnv1a(`2${text}`), 1];
}

/** FNV-1a, 32 bits: small, and the same everywhere. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
