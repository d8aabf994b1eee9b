import type { ProbeType } from '../../probes/contract.ts';
import { RUNNER_VANTAGE } from '../../slo/model/entry.ts';
import type { ProbeSpec, ValueDeclaration } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { maxOverlap } from '../../slo/slots.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/instruments.ts';
import { validate } from '../validate.ts';
import { checkKnown, entriesOf, isRecord, namesOf, type Placed, plugInOf, type Work } from '../work.ts';
import { rawConfigOf, resolveConfig } from './config.ts';

/** More samples of one probe under way at once than any service should get. */
const MAX_OVERLAP = 1000;

/** What objectives need to know of a probe, also where the rest of it is wrong. */
export interface KnownProbe {
  /** Unknown where the type is. */
  values?: Record<string, ValueDeclaration>;
  /** Whether it tells of what is in flight; unknown where the type or its config is. */
  follows?: boolean;
  /** Of how many fields the keys of the ends consist that it tells, 0 where it tells none; unknown as `follows`. */
  endFields?: number;
  rawConfig: unknown;
}

export interface Probes {
  specs: Placed<ProbeSpec>[];
  known: Map<string, KnownProbe>;
}

/** Reads `spec.probes`. */
export function resolveProbes(work: Work): Probes {
  const probes: Probes = { specs: [], known: new Map() };
  for (const { value, path } of entriesOf(work, 'probes')) {
    const word = isRecord(value) ? value['type'] : undefined;
    const type = plugInOf(work, 'probe', word, work.registries.probes, [...path, 'type']);
    const resolved = resolveProbe(work, value, type, path);
    remember(probes, value, type, resolved);
    if (resolved.spec) probes.specs.push({ value: resolved.spec, path });
  }
  return probes;
}

/** What could be read of an entry. */
interface Resolved {
  spec?: ProbeSpec;
  tells?: Pick<KnownProbe, 'follows' | 'endFields'>;
}

function remember(probes: Probes, entry: unknown, type: ProbeType | undefined, { spec, tells }: Resolved): void {
  const name = isRecord(entry) ? entry['name'] : undefined;
  if (typeof name !== 'string' || probes.known.has(name)) return;
  // What a config that is wrong would have named, nobody knows.
  const values = spec?.values ?? (type?.configValues ? undefined : type?.values);
  probes.known.set(name, {
    ...(values && { values }),
    ...tells,
    rawConfig: rawConfigOf(entry),
  });
}

function resolveProbe(work: Work, entry: unknown, type: ProbeType | undefined, path: Path): Resolved {
  const shape = validate(schema.probe, entry, path, work.problems);
  const parsed = type && resolveConfig(work, type, entry, path);
  if (isRecord(entry)) checkVantage(work, entry['at'], [...path, 'at']);
  if (type && parsed) checkSources(work, type, parsed.config, entry, path);
  if (!type || !parsed) return {};
  const tells = {
    follows: asTypeSays(work, type.follows, parsed.config) ?? false,
    endFields: asTypeSays(work, type.endFields, parsed.config) ?? 0,
  };
  if (!shape) return { tells };
  const intervalMs = shape.interval ?? type.defaults.intervalMs;
  const timeoutMs = shape.timeout ?? type.defaults.timeoutMs;
  checkOverlap(work, intervalMs, timeoutMs, [...path, shape.timeout === undefined ? 'interval' : 'timeout']);
  const instrument = asTypeSays(work, type.instrument, parsed.config);
  const promql = asTypeSays(work, type.promql, parsed.config);
  const spec: ProbeSpec = {
    name: shape.name,
    type: type.type,
    at: shape.at ?? RUNNER_VANTAGE,
    intervalMs,
    timeoutMs,
    onTimeout: type.onTimeout,
    values: { ...type.values, ...asTypeSays(work, type.configValues, parsed.config) },
    ...(instrument !== undefined && { instrument }),
    ...(promql !== undefined && { promql }),
    config: parsed.config,
  };
  return { spec, tells };
}

/** A recorded plan's masked config may not be what the type takes for granted. */
function asTypeSays<Said>(work: Work, say: ((config: unknown) => Said) | undefined, config: unknown): Said | undefined {
  if (!work.masked) return say?.(config);
  try {
    return say?.(config);
  } catch {
    return undefined;
  }
}

function checkVantage(work: Work, at: unknown, path: Path): void {
  if (typeof at !== 'string' || at === RUNNER_VANTAGE) return;
  checkKnown(work, 'vantage', at, [RUNNER_VANTAGE, ...namesOf(work, 'vantages')], path);
}

function checkSources(work: Work, type: ProbeType, config: unknown, entry: unknown, path: Path): void {
  if (work.masked) return;
  const raw = rawConfigOf(entry);
  for (const source of type.sources?.(config) ?? []) {
    const key = isRecord(raw) ? Object.keys(raw).find((each) => raw[each] === source) : undefined;
    checkKnown(work, 'source', source, namesOf(work, 'sources'), [
      ...path,
      'config',
      ...(key === undefined ? [] : [key]),
    ]);
  }
}

function checkOverlap(work: Work, intervalMs: number, timeoutMs: number, path: Path): void {
  const overlap = maxOverlap(intervalMs, timeoutMs);
  if (overlap <= MAX_OVERLAP) return;
  const message = `a timeout of ${formatDuration(timeoutMs)} at an interval of ${formatDuration(intervalMs)} lets too many samples overlap`;
  work.problems.error(path, message, { found: `${overlap}`, allowed: `at most ${MAX_OVERLAP}` });
}
