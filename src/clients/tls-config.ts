import * as z from 'zod';

/** `tls:` of a plug-in that speaks a protocol of its own over TLS: `true`, or how the two sides know each other. */
export function tlsConfig() {
  return z.union([z.boolean(), tlsFiles()]).describe('`true`, or the files below');
}

function tlsFiles() {
  return z
    .strictObject({
      caFile: path().describe('PEM of the authority that signed the server').optional(),
      certFile: path().describe('PEM of our certificate; needs keyFile').optional(),
      keyFile: path().describe('PEM of our key; needs certFile').optional(),
      serverName: path().describe('the name in the certificate, where it is not the address').optional(),
    })
    .refine(
      ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
      'certFile and keyFile belong together',
    );
}

function path() {
  return z.string().min(1);
}
