import type { IncomingMessage, ServerResponse } from 'node:http';
import { httpServer, type LoopbackServer } from '../../loopback/servers.ts';

const BLOCK_WORDS = 4;

/** An engine that holds prompts word by word, in blocks, and what it says about that. */
export interface Engine {
  target: string;
  /** How it talks; may change at any time. */
  conduct: {
    /** `always`: with each answer; `hits`: only where something was cached; `never`: its counters alone say it. */
    tells: 'always' | 'hits' | 'never';
    metrics: 'shown' | 'absent' | 'refused' | 'still';
    status: number;
    countsPrompts: boolean;
  };
  asked: string[];
  headersSeen: IncomingMessage['headers'][];
  /** Its answer; it holds the prompt from then on. */
  complete(prompt: string): object;
  /** What the engine holds of a prompt, in words. */
  holds(prompt: string): number;
  served(): number;
  forget(): void;
  /** Requests of somebody else, of which so many words were found in the cache. */
  serveOthers(words: number, cached: number): void;
  restart(): void;
  server: LoopbackServer;
}

export interface World {
  engines: Engine[];
  gateway: Gateway;
  close(): Promise<void>;
}

export interface Gateway {
  url: string;
  asked: string[];
  /** Chooses an engine for a prompt; by default the one that really holds most of it. */
  route: (prompt: string, engines: readonly Engine[]) => Engine;
  header: string | undefined;
  /** Answers by itself with this status, or never. */
  refuses: number | 'silence' | undefined;
  headersSeen: IncomingMessage['headers'][];
}

export async function createWorld(count = 3): Promise<World> {
  const engines = await Promise.all(Array.from({ length: count }, createEngine));
  const gateway: Gateway = {
    url: '',
    asked: [],
    route: toTheBest,
    header: 'target-pod',
    refuses: undefined,
    headersSeen: [],
  };
  const server = await httpServer((request, response) => void answerAsGateway(gateway, engines, request, response));
  gateway.url = server.url;
  return {
    engines,
    gateway,
    close: async () =>
      void (await Promise.all([server, ...engines.map((engine) => engine.server)].map((each) => each.close()))),
  };
}

/** The engine that holds most; of those that hold alike, the one that has served least. */
export function toTheBest(prompt: string, engines: readonly Engine[]): Engine {
  return [...engines].sort((a, b) => b.holds(prompt) - a.holds(prompt) || a.served() - b.served())[0]!;
}

async function answerAsGateway(
  gateway: Gateway,
  engines: readonly Engine[],
  request: IncomingMessage,
  response: ServerResponse,
) {
  const prompt = promptIn(await bodyOf(request));
  gateway.asked.push(prompt);
  gateway.headersSeen.push(request.headers);
  if (gateway.refuses === 'silence') return;
  if (gateway.refuses !== undefined) return void response.writeHead(gateway.refuses).end('{}');
  const chosen = gateway.route(prompt, engines);
  if (gateway.header !== undefined) response.setHeader(gateway.header, chosen.target);
  serve(chosen, prompt, response);
}

function serve(engine: Engine, prompt: string, response: ServerResponse): void {
  response.writeHead(engine.conduct.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(engine.conduct.status === 200 ? engine.complete(prompt) : {}));
}

async function createEngine(): Promise<Engine> {
  let held: string[][] = [];
  let served = 0;
  let counted = { queries: 0, hits: 0 };
  const engine: Engine = {
    target: '',
    conduct: { tells: 'always', metrics: 'shown', status: 200, countsPrompts: true },
    asked: [],
    headersSeen: [],
    complete: (prompt) => complete(prompt),
    holds: (prompt) => Math.max(0, ...held.map((words) => inCommon(words, prompt.split(' ')))),
    served: () => served,
    forget: () => {
      held = [];
    },
    serveOthers: (words, cached) => {
      counted = { queries: counted.queries + words, hits: counted.hits + cached };
    },
    restart: () => {
      held = [];
      counted = { queries: 0, hits: 0 };
    },
    server: await httpServer(async (request, response) => {
      if (request.url === '/metrics') return showMetrics(response);
      const prompt = promptIn(await bodyOf(request));
      engine.asked.push(prompt);
      engine.headersSeen.push(request.headers);
      serve(engine, prompt, response);
    }),
  };
  engine.target = engine.server.address;
  const complete = (prompt: string) => {
    const words = prompt.split(' ');
    const cached = engine.holds(prompt);
    served++;
    held.push(words);
    if (engine.conduct.metrics !== 'still') engine.serveOthers(words.length, cached);
    const told = engine.conduct.tells === 'always' || (engine.conduct.tells === 'hits' && cached > 0);
    return {
      usage: {
        ...(engine.conduct.countsPrompts ? { prompt_tokens: words.length } : {}),
        prompt_tokens_details: told ? { cached_tokens: cached } : null,
      },
    };
  };

  function showMetrics(response: ServerResponse): void {
    if (engine.conduct.metrics === 'refused') return void response.writeHead(503).end();
    if (engine.conduct.metrics === 'absent') return void response.end('up 1\n');
    response.end(
      `vllm:prefix_cache_queries_total{model_name="m"} ${counted.queries}\nvllm:prefix_cache_hits_total{model_name="m"} ${counted.hits}\n`,
    );
  }
  return engine;
}

function inCommon(one: readonly string[], other: readonly string[]): number {
  const differs = one.findIndex((word, at) => word !== other[at]);
  return Math.floor((differs === -1 ? one.length : differs) / BLOCK_WORDS) * BLOCK_WORDS;
}

function promptIn(body: string): string {
  const { prompt, messages } = JSON.parse(body) as { prompt?: string; messages?: { content: string }[] };
  return prompt ?? messages?.[0]?.content ?? '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
