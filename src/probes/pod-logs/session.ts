import type { KubeClient } from '../../clients/kubernetes/client.ts';
import type { SamplePart } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { lookAtPods } from '../lib/pods/look.ts';
import { callMsOf } from '../lib/pods/open.ts';
import type { Config } from './config.ts';
import { LogBook, type Looked } from './log-book.ts';
import { type Found, LogLook } from './log-look.ts';
import { LineCounter, Tally } from './tally.ts';
import { createTurns } from './turns.ts';

/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;
const WAITS = 'the look before this one goes on';

/** Reads once per slot what has come to the logs. */
export class PodLogsSession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #kube: KubeClient;
  readonly #look: LogLook;
  readonly #counter: LineCounter;
  readonly #turns = createTurns();
  /** Begins with the first look that succeeds: what was there before is not counted. */
  #book: LogBook | undefined;
  #everSeen = false;

  constructor(config: Config, context: ProbeContext, kube: KubeClient) {
    this.#config = config;
    this.#context = context;
    this.#kube = kube;
    this.#look = new LogLook(kube, config, callMsOf(context));
    this.#counter = new LineCounter(config);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const deadline = this.#context.now() + this.#context.timeoutMs;
    const looked = await this.#turns.take(signal, () => this.#lookOnce(signal));
    if (!looked || !this.#book) return { outcome: 'unknown', values: {}, reason: looked?.unread ?? WAITS };
    const now = this.#context.now();
    return this.#book.read(looked, now, now < deadline - RECORDING_MARGIN_MS);
  }

  /** What came since the last sample, and what was held back. */
  async drain(signal: AbortSignal): Promise<FinalReading | undefined> {
    const looked = await this.#turns.take(signal, () => this.#lookOnce(signal));
    return this.#book?.end(looked ?? { unread: WAITS }, this.#context.now());
  }

  async close(): Promise<void> {
    this.#kube.close();
  }

  async #lookOnce(signal: AbortSignal): Promise<Looked> {
    const looked: Looked = { tally: new Tally(), parts: [] };
    const seen = await lookAtPods(this.#kube, this.#config, signal);
    if (!seen.ok) return { ...looked, unread: seen.reason };
    const isFirst = this.#book === undefined;
    this.#everSeen ||= seen.pods.length > 0;
    const parts = new Map<string, SamplePart>();
    const lost = new Set<string>();
    const { lost: gone, unread } = await this.#look.read(
      seen.pods,
      isFirst,
      (found) => this.#count(found, looked, parts, lost),
      signal,
    );
    this.#book ??= new LogBook(this.#counter.names, this.#context.now());
    for (const reason of [...lost, ...(gone ? [gone] : [])]) this.#book.lose(reason);
    this.#book.add(looked.tally);
    looked.parts = [...parts.values()];
    looked.unread ??= unread ?? (this.#everSeen ? undefined : this.#nothingFound());
    return looked;
  }

  async #count(found: Found, looked: Looked, parts: Map<string, SamplePart>, lost: Set<string>): Promise<void> {
    const { pod, lines, unread } = found;
    const { tally } = looked;
    const longBefore = tally.longLines;
    const hasForbidden = await this.#counter.count(lines, pod, tally);
    const losses = [...found.lost, ...(tally.longLines > longBefore ? ['a line was too long to be looked at'] : [])];
    for (const loss of losses) lost.add(loss);
    looked.unread ??= unread;
    const reason = hasForbidden ? 'a line that is forbidden' : (unread ?? losses[0]);
    const outcome = hasForbidden ? 'bad' : reason === undefined ? 'good' : 'unknown';
    const known = parts.get(pod);
    if (known && (known.outcome === 'bad' || outcome === 'good')) return;
    parts.set(pod, { labels: { pod }, outcome, values: {}, ...(reason !== undefined && { reason }) });
  }

  #nothingFound(): string {
    const { workload, selector, namespace } = this.#config;
    return `no pod of ${workload ?? selector} was ever seen in ${namespace}: is that its name?`;
  }
}
