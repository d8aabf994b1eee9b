import * as z from 'zod';
import { duration, httpUrl } from '../../clients/config-schema.ts';
import { parseQuantity } from '../../slo/model/quantity.ts';

const ACTIONS = ['latency', 'bandwidth', 'blackhole', 'reset', 'refuse'] as const;

type Fields = z.infer<ReturnType<typeof fields>>;

const BELONGS_TO: readonly [key: keyof Fields, actions: readonly string[]][] = [
  ['latency', ['latency']],
  ['jitter', ['latency']],
  ['rate', ['bandwidth']],
  ['stream', ['latency', 'bandwidth', 'blackhole', 'reset']],
  ['provoke', ['latency', 'bandwidth', 'blackhole', 'reset']],
];

export const toxiproxyConfig = z.lazy(() =>
  fields().superRefine((config, context) => {
    const refuse = (path: keyof Fields, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((config.proxy === undefined) === (config.proxies === undefined))
      refuse('proxy', 'expected exactly one of `proxy` and `proxies`');
    for (const [key, actions] of BELONGS_TO) {
      if (config[key] !== undefined && !actions.includes(config.action))
        refuse(key, `means nothing for \`${config.action}\``);
    }
    if (config.action === 'latency' && !(config.latency !== undefined && config.latency >= 1))
      refuse('latency', '`latency` needs `latency` of at least 1ms');
    if ((config.jitter ?? 0) > (config.latency ?? 0)) refuse('jitter', 'at most as large as `latency`');
    if (config.action === 'bandwidth' && config.rate === undefined) refuse('rate', '`bandwidth` needs `rate`');
  }),
);

export type ToxiproxyConfig = z.infer<typeof toxiproxyConfig>;

function fields() {
  return z.strictObject({
    url: httpUrl().describe("Toxiproxy's API, such as http://toxiproxy:8474"),
    proxy: z.string().min(1).optional().describe('Name of the proxy to break'),
    proxies: z.array(z.string().min(1)).min(1).max(100).optional().describe('Several; each counts as a target'),
    action: z
      .enum(ACTIONS)
      .describe(
        '`latency` delays bytes; `bandwidth` limits them; `blackhole` accepts connections and drops every byte; `reset` resets ' +
          'a connection at its first byte; `refuse` refuses connections and closes those that exist',
      ),
    latency: duration().optional().describe('`latency`: the delay of each byte'),
    jitter: duration().optional().describe('`latency`: the delay varies by up to this much either way; default 0'),
    rate: rate().optional().describe('`bandwidth`: bytes in a second, in whole kilobytes, such as `125KB`'),
    stream: z
      .enum(['upstream', 'downstream', 'both'])
      .optional()
      .describe(
        'What clients send (`upstream`), what the service answers (`downstream`), or both; default `downstream` for ' +
          '`latency` and `bandwidth`, `both` for `blackhole` and `reset`',
      ),
    provoke: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('What our measuring connection says to a service that does not speak first; no secrets here'),
  });
}

export function proxyNames(config: ToxiproxyConfig): string[] {
  return [...new Set(config.proxies ?? [config.proxy!])];
}

/** Toxiproxy counts in units of 1000 bytes a second. */
function rate(): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const parsed = parseQuantity(text.replace(/\/s$/, ''));
    const bytes = parsed.ok && parsed.quantity.unit === 'bytes' ? parsed.quantity.value : Number.NaN;
    if (bytes >= 1000 && bytes % 1000 === 0) return bytes;
    context.addIssue({ code: 'custom', message: 'expected whole kilobytes in a second, such as 125KB' });
    return z.NEVER;
  });
}
