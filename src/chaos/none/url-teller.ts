import * as z from 'zod';
import { createHttpClient, type HttpClient } from '../../clients/http.ts';
import type { DriverContext } from '../contract.ts';
import { type Teller, watch } from './teller.ts';

const EVERY_MS = 500;
const LOOK_LIMIT_MS = 2_000;

const answerSchema = z.object({
  state: z.enum(['steady', 'injected', 'recovered']),
  since: z.iso.datetime({ offset: true }).optional(),
});

type Answer = { ok: true; state: string; sinceUnixMs?: number } | { ok: false; problem: string };

/** A URL that knows the state of the fault. */
export async function urlTeller(url: string, everyMs: number | undefined, context: DriverContext): Promise<Teller> {
  const client = await createHttpClient({ baseUrl: url, timeoutMs: LOOK_LIMIT_MS, maxResponseBytes: 64 * 1024 });
  return {
    name: client.address,
    async problems(signal) {
      const answer = await ask(client, signal);
      if (!answer.ok) return [`${client.address}: ${answer.problem}`];
      return answer.state === 'injected' ? [`${client.address} says that a fault is in effect already`] : [];
    },
    awaitWord(told, signal) {
      const look = async () => {
        const answer = await ask(client, signal);
        if (!answer.ok)
          context.log.warn({ teller: client.address, problem: answer.problem }, 'the teller does not tell');
        if (!answer.ok) return undefined;
        return { ...answer, said: answer.state === told };
      };
      return watch(client.address, told, look, everyMs ?? EVERY_MS, context, signal);
    },
    close: () => client.close(),
  };
}

async function ask(client: HttpClient, signal: AbortSignal): Promise<Answer> {
  const response = await client.request({}, signal);
  if (!response.ok) return { ok: false, problem: response.message };
  const answer = parse(response.body);
  if (!answer) return { ok: false, problem: 'the answer is not {"state": "steady" | "injected" | "recovered"}' };
  const { state, since } = answer;
  return since === undefined ? { ok: true, state } : { ok: true, state, sinceUnixMs: Date.parse(since) };
}

function parse(body: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
