import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram, type Registry } from 'prom-client';
import { answer, type Route, readBody } from '../face.ts';
import { tokensOfRequest } from '../tokens.ts';

/** How the engine's request side behaves; may change while it runs. */
export interface Conduct {
  latencyMs: number;
  /** Share of requests, 0 to 1, that are answered with 500. */
  failing: number;
}

const handler = '/v1/completions';

export interface CompletionsOptions {
  registry: Registry;
  model: string;
  conduct: Conduct;
  /** Serves a prompt from the prefix cache; gives how many of its tokens were cached. */
  serve: (tokens: readonly number[]) => number;
}

/** The route of `POST /v1/completions`, with the metrics the real engine shows of it. */
export function completionsRoute({ registry, model, conduct, serve }: CompletionsOptions): Route {
  const metrics = completionMetrics(registry);
  return async (incoming, response) => {
    const began = performance.now();
    const tokens = tokensOfRequest(await readBody(incoming));
    await sleep(conduct.latencyMs * (0.8 + 0.4 * Math.random()));
    const status = Math.random() < conduct.failing ? 500 : 200;
    metrics.requests.inc({ handler, status: `${status}` });
    if (status === 500) return answer(response, 500, { error: { message: 'the engine fails on command' } });
    metrics.firstToken.observe({ model_name: model }, (performance.now() - began) / 1000);
    const cached = serve(tokens);
    metrics.queries.inc({ model_name: model }, tokens.length);
    metrics.hits.inc({ model_name: model }, cached);
    answer(response, 200, {
      object: 'text_completion',
      model,
      choices: [{ index: 0, text: 'yes', finish_reason: 'stop' }],
      usage: { prompt_tokens: tokens.length, prompt_tokens_details: { cached_tokens: cached } },
    });
  };
}

function completionMetrics(registry: Registry) {
  const registers = [registry];
  const tokens = (name: string, help: string) => new Counter({ name, help, labelNames: ['model_name'], registers });
  return {
    firstToken: new Histogram({
      name: 'vllm:time_to_first_token_seconds',
      help: 'Time to the first token.',
      labelNames: ['model_name'],
      buckets: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5],
      registers,
    }),
    queries: tokens('vllm:prefix_cache_queries_total', 'Tokens looked up in the prefix cache.'),
    hits: tokens('vllm:prefix_cache_hits_total', 'Tokens found in the prefix cache.'),
    requests: new Counter({
      name: 'http_requests_total',
      help: 'Requests by path and status.',
      labelNames: ['handler', 'status'],
      registers,
    }),
  };
}

/** Asks for one completion; traffic goes on whether or not it succeeds. */
export function askForCompletion(port: number, prompt = 'Is it steadfast?'): void {
  const options = { host: '127.0.0.1', port, path: handler, method: 'POST', timeout: 10_000 };
  const outgoing = request(options, (response) => response.resume());
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.on('error', () => {});
  outgoing.end(JSON.stringify({ prompt }));
}
