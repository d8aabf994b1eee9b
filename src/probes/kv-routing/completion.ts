import * as z from 'zod';
import type { HttpAnswer, HttpClient, HttpTrouble } from '../../clients/http.ts';

/** What an answered request says about the prompt. */
export interface Completed {
  ok: true;
  promptTokens: number | undefined;
  /** What of the prompt came from the cache, where the engine tells it with the answer. */
  cachedTokens: number | undefined;
  headers: Record<string, string>;
}

/** No answer, or one that is none. `status` where there was an answer of HTTP. */
export interface NotCompleted {
  ok: false;
  code: HttpTrouble['code'] | 'shape';
  message: string;
  status?: number;
  headers: Record<string, string>;
}

export interface Asking {
  api: 'completions' | 'chat';
  model?: string | undefined;
}

const tokens = z.number().int().min(0).max(100_000_000);
const body = z.object({
  usage: z
    .object({
      prompt_tokens: tokens.nullish(),
      prompt_tokens_details: z.object({ cached_tokens: tokens.nullish() }).nullish(),
    })
    .nullish(),
});

/** Asks for one token of an answer: what counts is what happens to the prompt. */
export async function complete(
  client: HttpClient,
  { api, model }: Asking,
  prompt: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Completed | NotCompleted> {
  const question = api === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt };
  const request = { ...(model === undefined ? {} : { model }), ...question, max_tokens: 1, temperature: 0 };
  const answer = await client.request(
    {
      method: 'POST',
      path: api === 'chat' ? '/v1/chat/completions' : '/v1/completions',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      timeoutMs,
      acceptStatus: () => true,
      repeatable: false,
    },
    signal,
  );
  return answer.ok ? readAnswer(answer) : { ok: false, code: answer.code, message: answer.message, headers: {} };
}

function readAnswer({ status, headers, body: text }: HttpAnswer): Completed | NotCompleted {
  if (status < 200 || status > 299) return { ok: false, code: 'status', message: `HTTP ${status}`, status, headers };
  const read = body.safeParse(parseJson(text));
  if (!read.success)
    return { ok: false, code: 'shape', message: 'the answer is not that of a completion', status, headers };
  const { prompt_tokens, prompt_tokens_details } = read.data.usage ?? {};
  const promptTokens = prompt_tokens ?? undefined;
  const cachedTokens = prompt_tokens_details?.cached_tokens ?? undefined;
  return { ok: true, promptTokens, cachedTokens, headers };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
