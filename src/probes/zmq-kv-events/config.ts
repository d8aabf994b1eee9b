import * as z from 'zod';
import { duration, httpUrl } from '../../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../../clients/http-access.ts';
import { addressOf, tcpEndpoint } from '../lib/zmtp/endpoint.ts';
import { checkSecurity, type SecurityConfig, securityKeys } from '../lib/zmtp/security-config.ts';

export interface KvEventsConfig extends SecurityConfig {
  events: string;
  replay?: string | undefined;
  ranks: number;
  topic: string;
  /** In ms. */
  stale: number;
  expectTraffic: boolean;
  traffic?: TrafficConfig | undefined;
}

/** How the probe itself keeps the engine busy. */
export type TrafficConfig = z.output<ReturnType<typeof trafficKeys>>;

export const kvEventsConfig: z.ZodType<KvEventsConfig> = z.lazy(() =>
  z
    .strictObject({
      events: tcpEndpoint().describe(
        "The engine's event publisher (PUB), usually port 5557; of rank 0 where there are several",
      ),
      replay: tcpEndpoint().optional().describe("The engine's replay endpoint (ROUTER), where it has one"),
      ranks: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(1)
        .describe(
          'How many data-parallel ranks publish, each at the port plus its rank; each is a part with the label `rank`',
        ),
      topic: z.string().max(1024).default('').describe('Only messages whose topic begins with this'),
      stale: duration()
        .prefault('5s')
        .describe('How long silence may last, and from which age on a batch that arrives is delayed'),
      expectTraffic: z
        .boolean()
        .default(false)
        .describe(
          'True where something keeps the engine busy throughout, so that silence beyond `stale` is bad. An idle engine publishes nothing: by default such silence is unknown',
        ),
      traffic: trafficKeys()
        .optional()
        .describe('Completions that the probe asks for, so that the silence of an engine which answers them is bad'),
      ...securityKeys(),
    })
    .superRefine((config, context) => {
      const problem = portProblem(config);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['replay'], message: problem });
      if (config.stale <= 0) context.addIssue({ code: 'custom', path: ['stale'], message: 'expected more than 0' });
      checkSecurity(config, context);
    }),
);

function trafficKeys() {
  return z
    .strictObject({
      url: httpUrl().describe("The engine's own address for completions, not that of a gateway before several"),
      model: z.string().min(1).describe('The model that is asked'),
      prompt: z
        .string()
        .min(1)
        .max(65_536)
        .optional()
        .describe('What follows a beginning that makes each prompt new; has to fill a block. Default: 160 numbers'),
      every: duration()
        .prefault('1s')
        .refine((ms) => ms >= 100, 'expected at least 100ms')
        .describe('How often, for each rank'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY);
}

/** Two sockets cannot share a port: vLLM itself fails where the ranks of one reach into those of the other. */
function portProblem({ events, replay, ranks }: KvEventsConfig): string | undefined {
  if (replay === events) return 'the replay endpoint has a port of its own';
  if (replay === undefined) return undefined;
  const [publisher, replayer] = [addressOf(events), addressOf(replay)];
  const apart = Math.abs(publisher.port - replayer.port);
  if (publisher.host !== replayer.host || apart >= ranks) return undefined;
  return `the ports of ${ranks} ranks overlap: expected replay and events at least ${ranks} apart`;
}
