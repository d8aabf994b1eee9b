const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

/** What a duration of Go may look like, for messages. */
export const GO_DURATION = 'a duration such as 300ms, 30s or 2h45m';

/** Reads a duration as Go writes it (`-1.5h`, `2h45m`, `300ms`) into ms; `undefined` where it is none. */
export function goDurationMs(text: unknown): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0;
  const match =
    typeof text === 'string' ? /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) : null;
  if (!match) return undefined;
  let total = 0;
  for (const [, number, unit] of match[2]!.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    total += Number(number) * NANOSECONDS[unit!]!;
  return ((match[1] === '-' ? -1 : 1) * total) / 1e6;
}
