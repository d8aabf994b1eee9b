import * as z from 'zod';
import { addressOf, tcpEndpoint } from '../lib/zmtp/endpoint.ts';
import { checkSecurity, type SecurityConfig, securityKeys } from '../lib/zmtp/security-config.ts';
import { type AddressDemand, MOST_ADDRESSES } from './address-book.ts';
import { PEER_TYPES } from './peer-type.ts';
import { type Target, type Targets, targetsOf } from './target.ts';

export type ZmtpPortConfig = SecurityConfig & Targets;

/** With `addresses` an endpoint becomes many parts, of which a sample may hold a thousand at most. */
const MOST_NAMES = 8;

/** Exactly one of `endpoint` and `endpoints`. */
export const zmtpPortConfig: z.ZodType<ZmtpPortConfig> = z.lazy(() =>
  z
    .strictObject({
      endpoint: tcpEndpoint().optional().describe('tcp://host:port'),
      endpoints: z
        .array(z.union([tcpEndpoint(), endpointMap()]))
        .min(1)
        .max(64)
        .optional()
        .describe(
          'Several endpoints, each a part of the sample with the label `endpoint`; a map of `endpoint`, `peer` and `addresses` for one that differs from what the probe says of all',
        ),
      peer: peerType().describe('The socket type that the peer must announce; without it any type is fine'),
      addresses: addressDemand().describe(
        'For a host name that stands for many pods, as that of a headless service: it is looked up anew for each sample, and each address is a part with the labels `endpoint` and `address`. Without this key one address that answers is enough, as it is for a client. A name server is seconds behind the pods, up to as long as it caches, and a time to recover contains that',
      ),
      ...securityKeys(),
    })
    .superRefine((config, context) => {
      if ((config.endpoint === undefined) === (config.endpoints === undefined))
        context.addIssue({ code: 'custom', message: 'expected either endpoint or endpoints' });
      else checkTargets(targetsOf(config), config.endpoints !== undefined, context);
      checkSecurity(config, context);
    }),
);

function peerType() {
  return z.enum(PEER_TYPES).optional();
}

function endpointMap() {
  return z.strictObject({ endpoint: tcpEndpoint(), peer: peerType(), addresses: addressDemand() });
}

function addressDemand() {
  return z
    .strictObject({
      atLeast: z
        .int()
        .min(1)
        .max(MOST_ADDRESSES)
        .describe(
          'How many addresses there must be: with fewer the sample is bad, and each address that went is a bad part until enough others are there. Pods that are not ready have no address in a headless service, unless that has publishNotReadyAddresses',
        ),
      family: z.literal([4, 6]).optional().describe('Only IPv4 or only IPv6: a pod with both kinds would count twice'),
    })
    .optional();
}

function checkTargets(targets: Target[], several: boolean, context: z.RefinementCtx): void {
  if (new Set(targets.map(({ endpoint }) => endpoint)).size < targets.length)
    context.addIssue({ code: 'custom', path: ['endpoints'], message: 'an endpoint is named twice' });
  if (targets.filter(({ addresses }) => addresses).length > MOST_NAMES)
    context.addIssue({
      code: 'custom',
      path: ['endpoints'],
      message: `addresses can be demanded of ${MOST_NAMES} endpoints at most`,
    });
  for (const [index, { endpoint, addresses }] of targets.entries()) {
    const problem = addresses && problemOfDemand(addressOf(endpoint).host, addresses);
    if (problem)
      context.addIssue({ code: 'custom', path: several ? ['endpoints', index] : ['endpoint'], message: problem });
  }
}

/** What a literal address cannot fulfil. */
function problemOfDemand(host: string, { atLeast, family }: AddressDemand): string | undefined {
  const literal = familyOf(host);
  if (literal === undefined) return undefined;
  if (atLeast > 1) return `this is one address, of which addresses.atLeast demands ${atLeast}: expected a host name`;
  return family === undefined || family === literal ? undefined : `this is no IPv${family} address`;
}

function familyOf(host: string): 4 | 6 | undefined {
  if (host.includes(':')) return 6;
  return /^\d+(\.\d+){3}$/.test(host) ? 4 : undefined;
}
