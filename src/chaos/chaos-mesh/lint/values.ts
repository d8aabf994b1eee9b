/** A bandwidth as tc reads it. */
export interface Rate {
  number: number;
  unit: string;
  bitsPerSecond: number;
  /** `mbps` and its like mean bytes. */
  inBytes: boolean;
}

const SCALE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Reads `1mbit` or `100kbps`; `undefined` where Chaos Mesh would refuse it. */
export function parseRate(text: unknown): Rate | undefined {
  const match = typeof text === 'string' ? /^(\d+)\s*([kmgt]?)(bit|bps)$/.exec(text.trim().toLowerCase()) : null;
  if (!match) return undefined;
  const number = Number(match[1]);
  const inBytes = match[3] === 'bps';
  const bitsPerSecond = number * SCALE[match[2]!]! * (inBytes ? 8 : 1);
  return { number, unit: `${match[2]}${match[3]}`, bitsPerSecond, inBytes };
}

/** An amount of memory as the daemon reads it: a number of bytes (all prefixes are decimal) or a share of the node's. */
export type MemorySize = { bytes: number; binaryPrefix: boolean } | { percent: number };

const PREFIXES = ['', 'k', 'm', 'g', 't', 'p'];

/** Reads `512MB` or `50%`; `undefined` where Chaos Mesh would refuse it. */
export function parseMemorySize(text: unknown): MemorySize | undefined {
  if (typeof text !== 'string') return undefined;
  const share = /^([+-]?\d+)%$/.exec(text);
  if (share) return Number(share[1]) >= 0 && Number(share[1]) <= 100 ? { percent: Number(share[1]) } : undefined;
  const match = /^(\d+\.?\d*|\.\d+) ?(?:b|([kmgtp])(?:(i)?b)?)?$/i.exec(text);
  if (!match) return undefined;
  const power = PREFIXES.indexOf((match[2] ?? '').toLowerCase());
  return { bytes: Number(match[1]) * 1000 ** power, binaryPrefix: match[3] !== undefined };
}

/** Reads a number that the API wants as a text; `undefined` where it is none. */
export function parseNumber(text: unknown): number | undefined {
  return typeof text === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
