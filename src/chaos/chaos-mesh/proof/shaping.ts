import { goDurationMs } from '../go-duration.ts';
import { type Fields, isFields, type ManifestFault } from '../manifest.ts';

/** A fault that a queue brings about (delay, loss, bandwidth ...), as far as it can be felt from outside. */
export interface Shaping {
  action: string;
  /** Only packets to some addresses pass through it: the daemon counts them. */
  filtered: boolean;
  delay?: { latencyMs: number; jitterMs: number };
  /** Share of the packets that do not arrive whole, 0..1, and how much one depends on the one before. */
  losing?: { share: number; correlation: number };
}

/** `undefined` for a partition, which no queue brings about. */
export function shapingOf({ action, spec }: ManifestFault): Shaping | undefined {
  if (action === 'partition') return undefined;
  const delay = readDelay(spec['delay']);
  const losing = readLosing(spec, 'loss') ?? readLosing(spec, 'corrupt');
  return {
    action: action ?? 'shaping',
    filtered:
      isFields(spec['target']) || (Array.isArray(spec['externalTargets']) && spec['externalTargets'].length > 0),
    ...(delay ? { delay } : {}),
    ...(losing ? { losing } : {}),
  };
}

/** Under which keys the pods lie whose egress is shaped. */
export function shapedSides({ spec }: ManifestFault): string[] {
  const { direction } = spec;
  if (direction === 'from') return ['.Target'];
  return direction === 'both' ? ['.', '.Target'] : ['.'];
}

function readDelay(delay: unknown): Shaping['delay'] {
  if (!isFields(delay)) return undefined;
  const latencyMs = goDurationMs(delay['latency']);
  return latencyMs ? { latencyMs, jitterMs: goDurationMs(delay['jitter']) ?? 0 } : undefined;
}

function readLosing(spec: Fields, key: 'loss' | 'corrupt'): Shaping['losing'] {
  const holder = spec[key];
  if (!isFields(holder)) return undefined;
  const share = Number(holder[key]) / 100;
  return share > 0 ? { share, correlation: Number(holder['correlation'] ?? 0) / 100 } : undefined;
}
