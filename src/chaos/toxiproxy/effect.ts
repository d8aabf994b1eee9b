import { formatDuration, formatValue } from '../../slo/model/quantity.ts';
import type { Fault } from './fault.ts';
import type { Look, LookPlan } from './look.ts';

/** What the comparison of a connection before with one during the fault shows. Without `holds` it could not be told. */
export interface Effect {
  holds?: boolean;
  text: string;
  values?: Record<string, number>;
}

const BEFORE_WITHIN_MS = 1_000;
const LEAVE_WITHIN_MS = 300;

/** Measuring must not hold up the removal of the fault. */
const DURING_LIMIT_MS = 3_000;

/** Beyond it, what our connection left under way would still be there when the fault is to be removed. */
const MEASURABLE_DELAY_MS = 1_000;

export function lookBefore({ config }: Pick<Fault, 'config'>): LookPlan {
  const until = config.action === 'bandwidth' ? 'time' : 'first-byte';
  return { provoke: config.provoke, until, withinMs: BEFORE_WITHIN_MS, leaveWithinMs: LEAVE_WITHIN_MS };
}

/** Long enough that the same service without the fault would have answered. */
export function lookDuring({ config }: Fault, before: Look): LookPlan {
  const delayMs = longestDelayMs(config);
  if (config.action === 'bandwidth') return { ...lookBefore({ config }), leaveWithinMs: BEFORE_WITHIN_MS };
  const ample = delayMs * 2 + (before.firstByteMs ?? 0) * 5 + 300;
  return {
    provoke: config.provoke,
    until: config.action === 'reset' ? 'end' : 'first-byte',
    withinMs: Math.min(DURING_LIMIT_MS, ample),
    leaveWithinMs: delayMs + LEAVE_WITHIN_MS,
  };
}

function longestDelayMs(config: Fault['config']): number {
  return (config.latency ?? 0) + (config.jitter ?? 0);
}

/** Why comparing connections would say nothing about this fault at this service; undefined if it would. */
export function notMeasurable(fault: Fault, before: Look): string | undefined {
  if (!before.connected) return 'no connection before the fault either';
  if (fault.config.action === 'refuse') return undefined;
  if (before.ended === 'reset') return 'connections were reset before the fault already';
  if (before.bytes === 0)
    return `the service said nothing within ${formatDuration(BEFORE_WITHIN_MS)}: give \`provoke\``;
  if (!fault.directions.includes('downstream')) return 'only what clients send is affected';
  if (fault.config.action === 'latency') return latencyHidden(fault, before.firstByteMs!);
  if (fault.config.action === 'bandwidth') return limitHidden(fault.config.rate!, before);
  return undefined;
}

function leastDelayMs({ config }: Fault): number {
  return Math.round(config.latency!) - Math.round(config.jitter ?? 0);
}

function latencyHidden(fault: Fault, firstByteMs: number): string | undefined {
  if (longestDelayMs(fault.config) > MEASURABLE_DELAY_MS) return 'the delay is too long to wait for';
  if (leastDelayMs(fault) <= 0) return 'the jitter is as large as the latency';
  if (firstByteMs < leastDelayMs(fault)) return undefined;
  return `the service itself took ${formatDuration(firstByteMs)} for its first byte before the fault`;
}

function limitHidden(rate: number, before: Look): string | undefined {
  if (before.bytes >= 2 * rate * (before.elapsedMs / 1000)) return undefined;
  return `the service sent only ${formatValue(before.bytes, 'bytes')} in ${formatDuration(before.elapsedMs)} before the fault`;
}

/** Compares two connections, once it is known that they can be compared. */
export function compare(fault: Fault, before: Look, during: Look): Effect {
  switch (fault.config.action) {
    case 'refuse':
      return compareRefusal(during);
    case 'blackhole':
      return compareSilence(before, during);
    case 'latency':
      return compareDelay(fault, before, during);
    case 'bandwidth':
      return compareRate(fault.config.rate!, before, during);
    case 'reset':
      return compareReset(before, during);
  }
}

function compareRefusal(during: Look): Effect {
  if (during.refused) return { holds: true, text: 'a handshake was refused (accepted before the fault)' };
  if (during.connected) return { holds: false, text: 'a handshake was still accepted' };
  return { text: 'not measured: a handshake was neither accepted nor refused' };
}

function compareSilence(before: Look, during: Look): Effect {
  if (during.bytes > 0)
    return { holds: false, text: 'a fresh connection still got bytes', values: valuesOf(before, during) };
  if (!during.connected || during.ended) return unlike(during);
  const text = `a fresh connection got no byte within ${formatDuration(during.elapsedMs)} (${beforeText(before)})`;
  return { holds: true, text, values: valuesOf(before, during) };
}

function compareDelay(fault: Fault, before: Look, during: Look): Effect {
  if (during.firstByteMs === undefined) return unlike(during);
  const text = `the first byte came after ${formatDuration(during.firstByteMs)} (${beforeText(before)})`;
  return { holds: during.firstByteMs >= leastDelayMs(fault), text, values: valuesOf(before, during) };
}

/** Toxiproxy hands on in steps of 100 ms: half as much again allows for where the steps fall. */
function compareRate(rate: number, before: Look, during: Look): Effect {
  if (!during.connected) return unlike(during);
  const holds = during.bytes <= 1.5 * rate * (during.elapsedMs / 1000);
  const inTime = (seen: Look) => `${formatValue(seen.bytes, 'bytes')} in ${formatDuration(seen.elapsedMs)}`;
  const text = `${inTime(during)} came (before the fault: ${inTime(before)})`;
  return { holds, text, values: { bytes: during.bytes, bytesBefore: before.bytes } };
}

function compareReset(before: Look, during: Look): Effect {
  if (during.ended === 'reset')
    return { holds: true, text: `a fresh connection was reset after ${formatDuration(during.elapsedMs)}` };
  if (during.bytes > 0)
    return { holds: false, text: 'a fresh connection still got bytes', values: valuesOf(before, during) };
  return unlike(during);
}

/** Something that the fault does not explain: the service may be down as well. */
function unlike(during: Look): Effect {
  if (!during.connected) return { text: 'not measured: no connection to the proxy' };
  if (during.ended) return { text: 'not measured: the connection was closed, as if the service were down' };
  return {
    text: `not measured: no byte within ${formatDuration(during.elapsedMs)}, which the fault alone does not explain`,
  };
}

function beforeText(before: Look): string {
  return `before the fault: first byte after ${formatDuration(before.firstByteMs!)}`;
}

function valuesOf(before: Look, during: Look): Record<string, number> {
  return {
    bytes: during.bytes,
    firstByteBeforeMs: before.firstByteMs!,
    ...(during.firstByteMs === undefined ? {} : { firstByteMs: during.firstByteMs }),
  };
}
