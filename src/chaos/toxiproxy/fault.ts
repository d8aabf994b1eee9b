import { formatDuration, formatValue } from '../../slo/model/quantity.ts';
import type { ToxiproxyConfig } from './config.ts';

/** A toxic as the API takes it and shows it. */
export interface Toxic {
  name: string;
  type: string;
  stream: 'upstream' | 'downstream';
  toxicity: number;
  attributes: Record<string, unknown>;
}

/** What is done to each proxy of the experiment. */
export interface Fault {
  config: ToxiproxyConfig;
  /** With `refuse` a toxic without effect, which says whose fault it is. */
  toxics: Toxic[];
  /** The proxy is switched off. */
  disables: boolean;
  directions: readonly ('upstream' | 'downstream')[];
}

/** All our toxics begin with this, so that those of another run are known for what they are. */
export const TOXIC_PREFIX = 'steadfast-';

export function planFault(config: ToxiproxyConfig, run: string, experiment: string): Fault {
  const directions = directionsOf(config);
  const { type, attributes } = kindOf(config);
  const toxics = directions.map((stream) => ({
    name: `${TOXIC_PREFIX}${run}-${experiment}-${stream}`,
    type,
    stream,
    toxicity: 1,
    attributes,
  }));
  return { config, toxics, disables: config.action === 'refuse', directions };
}

function directionsOf(config: ToxiproxyConfig): Fault['directions'] {
  const byDefault = config.action === 'blackhole' || config.action === 'reset' ? 'both' : 'downstream';
  const stream = config.stream ?? byDefault;
  return stream === 'both' ? ['upstream', 'downstream'] : [stream];
}

function kindOf(config: ToxiproxyConfig): { type: string; attributes: Record<string, number> } {
  switch (config.action) {
    case 'latency':
      return {
        type: 'latency',
        attributes: { latency: Math.round(config.latency!), jitter: Math.round(config.jitter ?? 0) },
      };
    case 'bandwidth':
      return { type: 'bandwidth', attributes: { rate: config.rate! / 1000 } };
    case 'blackhole':
      return { type: 'timeout', attributes: { timeout: 0 } };
    case 'reset':
      return { type: 'reset_peer', attributes: { timeout: 0 } };
    case 'refuse':
      return { type: 'noop', attributes: {} };
  }
}

export function describeAction(config: ToxiproxyConfig): string {
  switch (config.action) {
    case 'latency':
      return `delays by ${formatDuration(config.latency!)}${config.jitter ? ` +-${formatDuration(config.jitter)}` : ''}`;
    case 'bandwidth':
      return `limits to ${formatValue(config.rate!, 'bytes')}/s`;
    case 'blackhole':
      return 'drops every byte on';
    case 'reset':
      return 'resets connections on';
    case 'refuse':
      return 'refuses connections on';
  }
}
