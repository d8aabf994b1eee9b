import * as z from 'zod';
import { httpUrl } from '../../clients/config-schema.ts';
import { defineVantage } from '../contract.ts';

const config = z.lazy(() =>
  z.strictObject({
    url: httpUrl()
      .refine((url) => url.startsWith('http://') && /^\/?$/.test(new URL(url).pathname + new URL(url).search), {
        message: 'expected http://HOST:PORT, without a path',
      })
      .describe(
        'Where its processes are read: `http://HOST:PORT`, port 9780 by default. HOST may lead to several, as that of a headless service.',
      ),
    tokenFile: z
      .string()
      .min(1)
      .describe('a file with the bearer token of its processes (`serve --token-file`); read again for each question')
      .optional(),
  }),
);

/** Processes of `steadfast serve`, each of which probes from where it runs. */
export const sidecarVantage = defineVantage<z.output<typeof config>>({
  type: 'sidecar',
  summary:
    'Processes of `steadfast serve` beside what they measure. Every process behind the name is read, also those that come later.',
  config,
  example: `name: gateway
type: sidecar
config:
  url: http://steadfast-gateway.kv-sync-test:9780
`,
  async open({ url, tokenFile }, context) {
    const [{ openHttpNetwork }, { SidecarReader }] = await Promise.all([
      import('./http-network.ts'),
      import('./reader.ts'),
    ]);
    return new SidecarReader(context, await openHttpNetwork({ url, tokenFile }, context.now));
  },
});
