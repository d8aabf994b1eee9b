import * as z from 'zod';
import { tcpEndpoint } from '../lib/zmtp/endpoint.ts';
import { checkSecurity, type SecurityConfig, securityKeys } from '../lib/zmtp/security-config.ts';

/**
 * What we announce to each type of peer. PUSH and DEALER peers are left out: they would hand messages to the probe, which then nobody
 * else gets.
 */
export const OUR_TYPE = {
  PUB: 'SUB',
  XPUB: 'SUB',
  SUB: 'PUB',
  XSUB: 'PUB',
  ROUTER: 'DEALER',
  REP: 'REQ',
  PULL: 'PUSH',
} as const;

export type PeerType = keyof typeof OUR_TYPE;

export interface ZmtpPortConfig extends SecurityConfig {
  endpoint?: string | undefined;
  endpoints?: string[] | undefined;
  peer?: PeerType | undefined;
}

/** Exactly one of `endpoint` and `endpoints`. */
export const zmtpPortConfig: z.ZodType<ZmtpPortConfig> = z.lazy(() =>
  z
    .strictObject({
      endpoint: tcpEndpoint().optional().describe('tcp://host:port'),
      endpoints: z
        .array(tcpEndpoint())
        .min(1)
        .max(64)
        .optional()
        .describe('Several endpoints; each is a part of the sample'),
      peer: z
        .enum(Object.keys(OUR_TYPE) as [PeerType, ...PeerType[]])
        .optional()
        .describe('The socket type that the peer must announce; without it any type is fine'),
      ...securityKeys(),
    })
    .superRefine((config, context) => {
      if ((config.endpoint === undefined) === (config.endpoints === undefined))
        context.addIssue({ code: 'custom', message: 'expected either endpoint or endpoints' });
      if (new Set(config.endpoints).size < (config.endpoints?.length ?? 0))
        context.addIssue({ code: 'custom', path: ['endpoints'], message: 'an endpoint is named twice' });
      checkSecurity(config, context);
    }),
);
