import * as z from 'zod';
import { duration } from '../../clients/config-schema.ts';
import { tcpEndpoint } from '../lib/zmtp/endpoint.ts';
import { checkSecurity, type SecurityConfig, securityKeys } from '../lib/zmtp/security-config.ts';

export interface KvEventsConfig extends SecurityConfig {
  events: string;
  replay?: string | undefined;
  topic: string;
  /** In ms. */
  stale: number;
  expectTraffic: boolean;
}

export const kvEventsConfig: z.ZodType<KvEventsConfig> = z.lazy(() =>
  z
    .strictObject({
      events: tcpEndpoint().describe(
        "The engine's event publisher (PUB), usually port 5557 plus the data-parallel rank",
      ),
      replay: tcpEndpoint().optional().describe("The engine's replay endpoint (ROUTER), where it has one"),
      topic: z.string().max(1024).default('').describe('Only messages whose topic begins with this'),
      stale: duration().prefault('5s').describe('How long silence may last'),
      expectTraffic: z
        .boolean()
        .default(false)
        .describe(
          'True where something keeps the engine busy throughout, so that silence beyond `stale` is bad. An idle engine publishes nothing: by default such silence is unknown',
        ),
      ...securityKeys(),
    })
    .superRefine((config, context) => {
      if (config.replay === config.events)
        context.addIssue({ code: 'custom', path: ['replay'], message: 'the replay endpoint has a port of its own' });
      if (config.stale <= 0) context.addIssue({ code: 'custom', path: ['stale'], message: 'expected more than 0' });
      checkSecurity(config, context);
    }),
);
