import type { KubeClient } from '../../clients/kubernetes/client.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { lookAtPods } from '../lib/pods/look.ts';
import type { Config } from './config.ts';
import { PodBook } from './pod-book.ts';

/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;

/** Lists the pods once per slot. */
export class K8sReadySession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #kube: KubeClient;
  readonly #book: PodBook;
  #looks = 0;
  #latestLook = 0;

  constructor(config: Config, context: ProbeContext, kube: KubeClient) {
    this.#config = config;
    this.#context = context;
    this.#kube = kube;
    this.#book = new PodBook(config);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const look = ++this.#looks;
    const deadline = this.#context.now() + this.#context.timeoutMs;
    const seen = await lookAtPods(this.#kube, this.#config, signal);
    if (look < this.#latestLook)
      return { outcome: 'unknown', values: {}, reason: 'a later look was answered before this one' };
    if (seen.ok) this.#latestLook = look;
    const now = this.#context.now();
    const reading = this.#book.read(seen, now);
    return seen.ok && now < deadline - RECORDING_MARGIN_MS ? this.#book.withCounts(reading, now) : reading;
  }

  /** What became of the pods since the last sample. */
  async drain(signal: AbortSignal): Promise<FinalReading | undefined> {
    const seen = await lookAtPods(this.#kube, this.#config, signal);
    this.#latestLook = ++this.#looks;
    const now = this.#context.now();
    this.#book.read(seen, now);
    return this.#book.end(seen.ok ? undefined : seen.reason, now);
  }

  async close(): Promise<void> {
    this.#kube.close();
  }
}
