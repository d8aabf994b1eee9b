import type { SamplePart } from '../../slo/model/entry.ts';
import type { ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { type Opening, openConnection } from '../lib/zmtp/connection.ts';
import { addressOf } from '../lib/zmtp/endpoint.ts';
import type { Security } from '../lib/zmtp/handshake.ts';
import { readSecurity } from '../lib/zmtp/security-config.ts';
import { OUR_TYPE, type ZmtpPortConfig } from './config.ts';

/** One handshake, without the endpoint that it was for. */
type Attempt = Pick<SamplePart, 'outcome' | 'values' | 'reason'>;

const STEP_NAMES = ['connectMs', 'greetingMs', 'handshakeMs', 'totalMs'];

/** Each sample makes connections of its own, so samples may overlap and nothing lives between them. */
export class ZmtpPortSession implements ProbeSession {
  readonly #config: ZmtpPortConfig;
  readonly #attemptMs: number;
  readonly #closing = new AbortController();

  constructor(config: ZmtpPortConfig, context: Pick<ProbeContext, 'timeoutMs'>) {
    this.#config = config;
    this.#attemptMs = attemptMs(context.timeoutMs);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const { endpoint, endpoints } = this.#config;
    if (endpoint !== undefined) return this.#attempt(endpoint, ending);
    return this.#attemptAll(endpoints ?? [], ending);
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #attemptAll(endpoints: string[], signal: AbortSignal): Promise<Reading> {
    const parts = await Promise.all(
      endpoints.map(async (endpoint) => ({ labels: { endpoint }, ...(await this.#attempt(endpoint, signal)) })),
    );
    return readingOf(parts);
  }

  async #attempt(endpoint: string, signal: AbortSignal): Promise<Attempt> {
    const security = await readSecurity(this.#config).catch(() => undefined);
    if (!security) return { outcome: 'unknown', values: {}, reason: 'the password file cannot be read' };
    return attemptOf(await this.#shakeHands(endpoint, security, signal));
  }

  async #shakeHands(endpoint: string, security: Security, signal: AbortSignal): Promise<Opening> {
    const { peer } = this.#config;
    const opening = await openConnection(
      {
        ...addressOf(endpoint),
        socketType: peer ? OUR_TYPE[peer] : 'SUB',
        ...(peer && { peers: [peer] }),
        security,
        timeoutMs: this.#attemptMs,
      },
      { message() {}, closed() {} },
      signal,
    );
    if (opening.ok) opening.connection.close();
    return opening;
  }
}

/** A little less than the sample's own time-out, so that the answer says at which step the peer fell silent. */
function attemptMs(timeoutMs: number): number {
  return Math.max(1, timeoutMs - Math.min(50, Math.max(5, timeoutMs * 0.05)));
}

function attemptOf(opening: Opening): Attempt {
  const values: Record<string, number> = { ...opening.times };
  if (!opening.ok) {
    const cannotTell = opening.failure.code === 'local' || opening.failure.code === 'stopped';
    return { outcome: cannotTell ? 'unknown' : 'bad', values, reason: opening.failure.reason };
  }
  values['totalMs'] = Object.values(values).reduce((sum, step) => sum + step, 0);
  return { outcome: 'good', values };
}

/** The slowest endpoint's steps stand for the whole; a step that not every endpoint reached has no value. */
function readingOf(parts: SamplePart[]): Reading {
  const values: Record<string, number> = {};
  for (const step of STEP_NAMES) {
    const reached = parts.map((part) => part.values[step]).filter((value) => value !== undefined);
    if (reached.length === parts.length) values[step] = Math.max(...reached);
  }
  const worst = parts.find((part) => part.outcome === 'bad') ?? parts.find((part) => part.outcome === 'unknown');
  return { outcome: worst?.outcome ?? 'good', values, ...(worst?.reason && { reason: worst.reason }), parts };
}
