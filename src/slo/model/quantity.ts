import type { Quantity, Unit } from './plan.ts';

/** Text with a unit, read exactly. */
export type Parsed = { ok: true; quantity: Quantity } | { ok: false; problem: string };

const TIME_FACTORS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_FACTORS: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** What a duration may look like, for messages. */
export const DURATION_HINT = 'a duration with a unit, such as 200ms, 30s, 5m or 1h30m';

/** Reads `30s`, `1h30m`, `200ms` into ms. A bare number has no unit and is refused (0 is allowed). */
export function parseDuration(text: unknown): Parsed {
  if (text === 0 || text === '0') return { ok: true, quantity: { value: 0, unit: 'ms', text: '0s' } };
  if (typeof text !== 'string') return { ok: false, problem: `expected ${DURATION_HINT}` };
  const compact = text.trim();
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h|d))+$/.test(compact)) return { ok: false, problem: `expected ${DURATION_HINT}` };
  let ms = 0;
  for (const [, number, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g))
    ms += Number(number) * TIME_FACTORS[unit as string]!;
  return Number.isFinite(ms)
    ? { ok: true, quantity: { value: ms, unit: 'ms', text: compact } }
    : { ok: false, problem: 'the duration is too long' };
}

/** Reads a percentage such as `99.9%` into a ratio, exactly: 99.9% is 999/1000. */
export function parsePercentage(text: unknown): Parsed {
  const match = typeof text === 'string' ? /^(\d+)(?:\.(\d+))?\s*%$/.exec(text.trim()) : null;
  if (!match) return { ok: false, problem: 'expected a percentage with its sign, such as 99.9%' };
  const decimals = match[2] ?? '';
  const value = Number(`${match[1]}${decimals}`) / 10 ** (decimals.length + 2);
  return { ok: true, quantity: { value, unit: 'ratio', text: (text as string).trim() } };
}

/** Reads any quantity: a bare number, a percentage, a duration or a size. */
export function parseQuantity(input: unknown): Parsed {
  if (typeof input === 'number' && Number.isFinite(input))
    return { ok: true, quantity: { value: input, unit: '1', text: String(input) } };
  if (typeof input !== 'string') return { ok: false, problem: 'expected a number, or a number with a unit' };
  const text = input.trim();
  if (text.endsWith('%')) return parsePercentage(text);
  const size = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)$/.exec(text);
  if (size)
    return { ok: true, quantity: { value: Number(size[1]) * SIZE_FACTORS[size[2] as string]!, unit: 'bytes', text } };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { ok: true, quantity: { value: Number(text), unit: '1', text } };
  const duration = parseDuration(text);
  if (duration.ok) return duration;
  return { ok: false, problem: 'expected a number, a percentage (99.9%), a duration (30s) or a size (10MB)' };
}

/** A quantity's number in the unit of a value. Times convert into one another; everything else is in its unit already. */
export function inUnit(quantity: Quantity, unit: Unit): number {
  if (unit === 's' && quantity.unit === 'ms') return quantity.value / 1000;
  return quantity.value;
}

const TIME_STEPS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
];

/** Shows ms as people write durations: `850ms`, `12.3s`, `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${trimNumber(ms, ms < 10 ? 2 : 0)}ms`;
  if (ms < 60_000) return `${trimNumber(ms / 1000, 2)}s`;
  let rest = Math.round(ms / 1000) * 1000;
  let text = '';
  for (const [size, unit] of TIME_STEPS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${rest / 1000}s` : text;
}

/** Shows a value in its unit. Percentages keep enough digits that a miss never looks like a hit. */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null) return 'unbounded';
  if (unit === 'ms') return formatDuration(value);
  if (unit === 's') return formatDuration(value * 1000);
  if (unit === 'ratio') return `${formatPercent(value * 100)}%`;
  if (unit === 'bytes') return `${trimNumber(value, 0)}B`;
  return trimNumber(value, 6);
}

function formatPercent(percent: number): string {
  for (let digits = 2; digits <= 6; digits++) {
    const text = trimNumber(percent, digits);
    const shown = Number(text);
    if ((shown === 100) === (percent === 100) && (shown === 0) === (percent === 0)) return text;
  }
  return String(percent);
}

function trimNumber(value: number, digits: number): string {
  const fixed = value.toFixed(digits);
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}
