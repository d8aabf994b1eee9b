import * as z from 'zod';
import { httpUrl } from '../clients/config-schema.ts';
import type { HttpAnswer, HttpClient } from '../clients/http.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../clients/http-access.ts';
import { defineProbe, type ProbeContext, type ProbeSession, type Reading } from './contract.ts';
import { regularExpression } from './lib/patterns/config.ts';
import { createMatcher } from './lib/patterns/matcher.ts';

const config = z.lazy(() =>
  z
    .strictObject({
      url: httpUrl().describe('what is asked'),
      method: z
        .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
        .default('GET')
        .describe('how it is asked'),
      body: z.string().describe('sent as it stands').optional(),
      expectStatus: z
        .union([status(), z.array(status()).min(1)])
        .describe('default: 200 to 299')
        .optional(),
      expectBody: z
        .union([
          z.string().min(1),
          z.strictObject({
            matches: regularExpression().describe(
              'a regular expression as in JavaScript, without references back and looks around',
            ),
          }),
        ])
        .describe('a text the body must hold, or {matches: regular expression}')
        .optional(),
      maxBody: z
        .number()
        .int()
        .min(1)
        .max(67_108_864)
        .default(1_048_576)
        .describe('bytes that are read of the body at most'),
      maxRedirects: z.number().int().min(0).max(10).default(0).describe('0: a redirect is an answer'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

type Config = z.output<typeof config>;

function status() {
  return z.number().int().min(100).max(599);
}

/** One request on a connection of its own, as a client that comes anew sees the service. */
export const httpProbe = defineProbe<Config>({
  type: 'http',
  summary: 'Sends one HTTP request on a fresh connection and checks status and body.',
  config,
  values: {
    latencyMs: { unit: 'ms', kind: 'level', help: 'from the first packet to the last byte of the body' },
    status: { unit: '1', kind: 'level', help: 'the status of the answer', range: [100, 599] },
    bytes: { unit: 'bytes', kind: 'level', help: 'size of the body' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 2000 },
  onTimeout: 'bad',
  timeoutMeaning: 'A client would not have had its answer either.',
  example: `name: gateway-ready
type: http
interval: 1s
timeout: 2s
config:
  url: http://gateway.kv-sync-test:8080/healthz
  expectStatus: 200
  expectBody: ok
`,
  open: openSession,
});

async function openSession(config: Config, context: ProbeContext): Promise<ProbeSession> {
  const { url, method, body, expectStatus, expectBody, maxBody, ...access } = config;
  const { createHttpClient } = await import('../clients/http.ts');
  const client = await createHttpClient({
    baseUrl: url,
    timeoutMs: context.timeoutMs,
    maxResponseBytes: maxBody,
    keepAlive: false,
    ...access,
  });
  const fits = bodyCheck(expectBody);
  return {
    sample: (signal) => ask(client, { ...config, fits }, context, signal),
    async close() {
      client.close();
    },
  };
}

interface Asked extends Config {
  fits: BodyCheck;
}

async function ask(client: HttpClient, config: Asked, context: ProbeContext, signal: AbortSignal): Promise<Reading> {
  const { method, body } = config;
  const started = context.now();
  const request = { method, acceptStatus: () => true, repeatable: false, ...(body === undefined ? {} : { body }) };
  const answer = await client.request(request, signal);
  if (!answer.ok) return { outcome: 'bad', values: {}, reason: answer.message };
  const values = { latencyMs: context.now() - started, status: answer.status, bytes: answer.bytes };
  const reason = complaint(answer, config);
  return reason === undefined ? { outcome: 'good', values } : { outcome: 'bad', values, reason };
}

function complaint(answer: HttpAnswer, { expectStatus, fits }: Asked): string | undefined {
  if (!statusFits(answer.status, expectStatus)) return `status ${answer.status}`;
  if (!fits(answer.body)) return 'the body does not match';
  return undefined;
}

function statusFits(status: number, expected: Config['expectStatus']): boolean {
  if (expected === undefined) return status >= 200 && status < 300;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

type BodyCheck = (body: string) => boolean;

/** What somebody else sends must not keep us busy: a matcher goes over it once. */
function bodyCheck(expected: Config['expectBody']): BodyCheck {
  if (expected === undefined) return () => true;
  if (typeof expected === 'string') return (body) => body.includes(expected);
  const matcher = createMatcher(expected.matches);
  return (body) => matcher.test(body);
}
