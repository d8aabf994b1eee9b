import type { HttpClient } from '../../clients/http.ts';
import type { Offset } from '../../slo/model/entry.ts';
import type { ProbeContext } from '../contract.ts';
import type { TrafficConfig } from './config.ts';

const TIMEOUT_MS = 10_000;
/** A hanging engine is not asked on and on. */
const MOST_AT_ONCE = 4;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Longer than any usual block of tokens: an engine tells only of blocks that are full. */
const FILLING = Array.from({ length: 160 }, (_, index) => index).join(' ');

/** Picks the rank of an engine that runs several behind one address. */
const RANK_HEADER = 'X-data-parallel-rank';

/**
 * Keeps an engine busy, so that its silence means something: an engine that computes a prompt it has never seen stores blocks, and says
 * so before it answers.
 */
export class Traffic {
  readonly #config: TrafficConfig;
  readonly #context: ProbeContext;
  readonly #client: HttpClient;
  readonly #rank: number | undefined;
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #prompts = 0;
  #outstanding = 0;
  #counts = { trafficSent: 0, trafficAnswered: 0 };
  #heardAt: Offset = Number.NEGATIVE_INFINITY;
  #unheardSince: Offset | undefined;
  #failure: string | undefined;

  constructor(config: TrafficConfig, context: ProbeContext, client: HttpClient, rank?: number) {
    this.#config = config;
    this.#context = context;
    this.#client = client;
    this.#rank = rank;
    this.#timer = setInterval(() => void this.#ask(), config.every).unref();
    void this.#ask();
  }

  /** Why the latest completion failed; absent where it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Since when the engine has been at work on what it answered without an event from it. */
  unheardMs(now: Offset): number | undefined {
    return this.#unheardSince === undefined ? undefined : now - this.#unheardSince;
  }

  /** An event came. */
  heard(at: Offset): void {
    this.#heardAt = at;
    this.#unheardSince = undefined;
  }

  /** Everything since the last call. */
  take(): { trafficSent: number; trafficAnswered: number } {
    const taken = this.#counts;
    this.#counts = { trafficSent: 0, trafficAnswered: 0 };
    return taken;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
    this.#client.close();
  }

  async #ask(): Promise<void> {
    if (this.#outstanding >= MOST_AT_ONCE) return;
    this.#outstanding++;
    this.#counts.trafficSent++;
    const sentAt = this.#context.now();
    const answer = await this.#client.request(this.#request(), this.#stopping.signal);
    this.#outstanding--;
    if (this.#stopping.signal.aborted) return;
    this.#failure = answer.ok ? undefined : answer.message;
    if (answer.ok) this.#answered(sentAt);
  }

  /** What was sent before the latest event may have been answered by that one. */
  #answered(sentAt: Offset): void {
    this.#counts.trafficAnswered++;
    if (sentAt > this.#heardAt) this.#unheardSince ??= sentAt;
  }

  #request() {
    const { model, prompt } = this.#config;
    const beginning = `${this.#context.run} ${this.#rank ?? 0} ${this.#prompts++} ${this.#context.random()}`;
    const body = JSON.stringify({ model, prompt: `${beginning} ${prompt ?? FILLING}`, max_tokens: 1 });
    const headers = {
      'Content-Type': 'application/json',
      ...(this.#rank !== undefined && { [RANK_HEADER]: String(this.#rank) }),
    };
    return { method: 'POST', headers, body };
  }
}

/** Of how completions are asked for. */
export async function trafficClient(config: TrafficConfig): Promise<HttpClient> {
  const { url, model, prompt, every, ...access } = config;
  const { createHttpClient } = await import('../../clients/http.ts');
  return createHttpClient({ baseUrl: url, timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_ANSWER_BYTES, ...access });
}
