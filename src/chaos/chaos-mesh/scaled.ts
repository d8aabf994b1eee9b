import { goDurationMs } from './go-duration.ts';
import { parseMemorySize, parseNumber, parseRate } from './lint/values.ts';
import { type Fields, isFields } from './manifest.ts';

export type Scaled = { spec: Fields } | { problem: string };

/** A spec with every magnitude that it has at a part; `undefined` where its action has none. */
export function scaledMagnitude(kind: string, spec: Fields, share: number): Scaled | undefined {
  const scaled = MAGNITUDES[kind]?.(spec, share);
  return scaled && JSON.stringify(scaled) !== JSON.stringify(spec) ? { spec: scaled } : undefined;
}

type Scale = (spec: Fields, share: number) => Fields | undefined;

const MAGNITUDES: Readonly<Record<string, Scale>> = {
  NetworkChaos: (spec, share) => (spec['action'] === 'partition' ? undefined : scaledTraffic(spec, share)),
  StressChaos: (spec, share) => changed(spec, 'stressors', (stressors) => scaledStress(stressors, share)),
  IOChaos: (spec, share) =>
    spec['action'] === 'latency'
      ? changed(spec, 'delay', (delay) => scaledDuration(delay, share))
      : { ...spec, percent: scaledWhole(spec['percent'] ?? 100, share) },
  TimeChaos: (spec, share) => changed(spec, 'timeOffset', (offset) => scaledDuration(offset, share)),
  HTTPChaos: (spec, share) =>
    spec['abort'] === true || isFields(spec['replace']) || isFields(spec['patch'])
      ? undefined
      : changed(spec, 'delay', (delay) => scaledDuration(delay, share)),
};

/** Of what is all or nothing, fewer pods: `all` becomes a percentage of them. */
export function scaledCount(spec: Fields, share: number): Scaled {
  const { mode, value } = spec;
  if (mode === 'all') return { spec: { ...spec, mode: 'fixed-percent', value: String(scaledWhole(100, share)) } };
  const count = Number(value);
  if (mode === 'one' || !Number.isInteger(count) || count < 1)
    return {
      problem: 'it is all or nothing for one pod; with mode all, fixed or fixed-percent a step strikes fewer pods',
    };
  return { spec: { ...spec, value: String(scaledWhole(count, share)) } };
}

function scaledTraffic(spec: Fields, share: number): Fields {
  const percent = (key: string) => (holder: unknown) => changed(holder, key, (text) => scaledPercent(text, share));
  const rate = (holder: unknown) => changed(holder, 'rate', (text) => looserRate(text, share));
  const scales: [string, (holder: unknown) => unknown][] = [
    ['delay', (delay) => scaledDelay(delay, share)],
    ['loss', percent('loss')],
    ['duplicate', percent('duplicate')],
    ['corrupt', percent('corrupt')],
    ['rate', rate],
    ['bandwidth', rate],
  ];
  return scales.reduce((at, [key, scale]) => changed(at, key, scale), spec);
}

function scaledDelay(delay: unknown, share: number): unknown {
  const byTime = ['latency', 'jitter'].reduce(
    (at, key) => changed(at, key, (text) => scaledDuration(text, share)),
    delay as Fields,
  );
  return changed(byTime, 'reorder', (reorder) => changed(reorder, 'reorder', (text) => scaledPercent(text, share)));
}

function scaledStress(stressors: unknown, share: number): unknown {
  const cpu = changed(stressors, 'cpu', (each) =>
    isFields(each) ? { ...each, load: scaledWhole(each['load'] ?? 100, share) } : each,
  );
  return changed(cpu, 'memory', (each) => changed(each, 'size', (size) => scaledSize(size, share)));
}

/** A copy with one value changed; what has no such value stays as it is. */
function changed<T>(holder: T, key: string, change: (value: unknown) => unknown): T {
  if (!isFields(holder) || holder[key] === undefined) return holder;
  return { ...holder, [key]: change(holder[key]) } as T;
}

/** Never nothing: a step is a fault. */
function scaledWhole(value: unknown, share: number): unknown {
  return typeof value === 'number' ? Math.max(Math.min(1, value), Math.round(value * share)) : value;
}

function scaledPercent(text: unknown, share: number): unknown {
  const percent = parseNumber(text);
  return percent === undefined ? text : String(Number((percent * share).toPrecision(6)));
}

function scaledDuration(text: unknown, share: number): unknown {
  const ms = goDurationMs(text);
  if (ms === undefined) return text;
  const weaker = ms * share;
  return Number.isInteger(weaker) ? `${weaker}ms` : `${Math.round(weaker * 1000) || Math.sign(weaker)}us`;
}

/** The less intense, the more gets through: at a half, twice the rate. */
function looserRate(text: unknown, share: number): unknown {
  const rate = parseRate(text);
  if (!rate) return text;
  const looser = rate.number / share;
  return Number.isInteger(looser) ? `${looser}${rate.unit}` : `${Math.round(rate.bitsPerSecond / share)}bit`;
}

function scaledSize(text: unknown, share: number): unknown {
  const size = parseMemorySize(text);
  if (!size) return text;
  return 'percent' in size
    ? `${scaledWhole(size.percent, share)}%`
    : `${Math.max(Math.min(1, size.bytes), Math.round(size.bytes * share))}B`;
}
