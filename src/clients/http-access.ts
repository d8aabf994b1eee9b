import * as z from 'zod';

/** The keys with which a config says how an HTTP server lets us in; spread into the `strictObject` of a plug-in. */
export function httpAccess() {
  return {
    bearerTokenFile: z
      .string()
      .min(1)
      .describe('a file that holds a bearer token; read again for each request')
      .optional(),
    caFile: z.string().min(1).describe('PEM of the authority that signed the server').optional(),
    clientCertFile: z.string().min(1).describe('PEM of our certificate; needs clientKeyFile').optional(),
    clientKeyFile: z.string().min(1).describe('PEM of our key; needs clientCertFile').optional(),
    headers: z.record(headerName(), headerValue()).describe('sent with each request').optional(),
  };
}

function headerName() {
  return z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of an HTTP header');
}

function headerValue() {
  return z
    .string()
    .regex(/^[^\r\n]+$/, 'a header is one line, and not empty')
    .meta({ secret: true });
}

/** A certificate without its key, or the other way round, is a slip. */
export function certificateWithKey(config: { clientCertFile?: unknown; clientKeyFile?: unknown }): boolean {
  return (config.clientCertFile === undefined) === (config.clientKeyFile === undefined);
}

/** What to say when `certificateWithKey` does not hold. */
export const CERTIFICATE_WITH_KEY = 'clientCertFile and clientKeyFile belong together';
