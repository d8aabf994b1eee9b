import type { Offset } from '../../slo/model/entry.ts';

/** How a reader reaches the vantage's processes. */
export interface Network {
  /** Every address behind the name; none where it has none or cannot be looked up. Never rejects. */
  resolve(signal: AbortSignal): Promise<string[]>;
  /** One exchange. Never rejects; really stops when the signal aborts. */
  ask(address: string, question: Question, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

export interface Question {
  method: 'GET' | 'POST';
  path: string;
  timeoutMs: number;
}

/** `sent` and `got` are on the run's clock, around all that happened elsewhere. */
export type Answer = { ok: true; text: string; sent: Offset; got: Offset } | { ok: false; reason: string };
