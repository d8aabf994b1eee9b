import type { HttpClient } from '../../clients/http.ts';
import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import type { Config } from './config.ts';
import { readingOf } from './reading.ts';
import { riseBetween } from './rise.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;
const FIRST_LOOK_MS = 1000;

/** Looks at the gateway's counters once per slot. */
export class AibrixGatewaySession implements ProbeSession {
  readonly #client: HttpClient;
  readonly #config: Config;
  readonly #context: ProbeContext;
  /** Counts are what came since. */
  #last: { at: Offset; snapshot: Snapshot } | undefined;
  #looks = 0;
  #latestLook = 0;

  constructor(client: HttpClient, config: Config, context: ProbeContext) {
    this.#client = client;
    this.#config = config;
    this.#context = context;
  }

  /** So that the first sample has something to count from. */
  async lookFirst(): Promise<void> {
    const timeoutMs = Math.min(FIRST_LOOK_MS, this.#context.timeoutMs);
    const answer = await this.#client.request({ timeoutMs }, AbortSignal.timeout(timeoutMs));
    if (answer.ok) this.#last = { at: this.#context.now(), snapshot: readSnapshot(answer.body) };
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const look = ++this.#looks;
    const deadline = this.#context.now() + this.#context.timeoutMs;
    const answer = await this.#client.request({}, signal);
    if (!answer.ok)
      return unknown(
        `its metrics cannot be read: ${answer.status === undefined ? answer.message : `HTTP ${answer.status}`}`,
      );
    if (look < this.#latestLook) return unknown('a later look was answered before this one');
    this.#latestLook = look;
    const now = this.#context.now();
    return this.#read(readSnapshot(answer.body), now, now < deadline - RECORDING_MARGIN_MS);
  }

  /** Looks once more, without which no total would reach the end of a run. */
  async drain(signal: AbortSignal): Promise<FinalReading | undefined> {
    const look = ++this.#looks;
    const answer = await this.#client.request({}, signal);
    const last = this.#last;
    if (!answer.ok || !last || look < this.#latestLook) return undefined;
    this.#latestLook = look;
    const now = this.#context.now();
    const snapshot = readSnapshot(answer.body);
    this.#last = { at: now, snapshot };
    const rise = riseBetween(last.snapshot, snapshot);
    return rise && { covers: [last.at, now], values: rise.total };
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #read(snapshot: Snapshot, now: Offset, mayCount: boolean): Reading {
    const last = this.#last;
    if (!last || !mayCount) {
      if (!last) this.#last = { at: now, snapshot };
      return readingOf(snapshot, undefined, this.#config);
    }
    this.#last = { at: now, snapshot };
    const rise = riseBetween(last.snapshot, snapshot);
    if (!rise) return unknown('a counter went back: the gateway began anew, or another one answered');
    return { ...readingOf(snapshot, rise, this.#config), covers: [last.at, now] };
  }
}

function unknown(reason: string): Reading {
  return { outcome: 'unknown', values: {}, reason };
}
