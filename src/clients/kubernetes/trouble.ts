import { formatDuration } from '../../slo/model/quantity.ts';
import { networkTrouble } from '../network-trouble.ts';
import type { KubeTrouble } from './client.ts';

const MESSAGE_LIMIT_CHARS = 400;
const RETRY_AFTER_LIMIT_MS = 30_000;
const CERTIFICATE_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

export function gaveUp(): KubeTrouble {
  return { ok: false, code: 'aborted', message: 'stopped before the API server answered' };
}

export function timedOut(limitMs: number): KubeTrouble {
  return { ok: false, code: 'timeout', message: `the API server did not answer within ${formatDuration(limitMs)}` };
}

export function tooLarge(maxBytes: number): KubeTrouble {
  return { ok: false, code: 'too-large', message: `the API server sent more than ${maxBytes} bytes` };
}

export function tooMany(maxObjects: number): KubeTrouble {
  return { ok: false, code: 'too-large', message: `the API server has more than ${maxObjects} objects of that kind` };
}

export function malformed(what: string): KubeTrouble {
  return { ok: false, code: 'malformed', message: `the API server sent ${what}` };
}

/** By the code alone: texts of errors may hold addresses and headers. */
export function connectionTrouble(error: unknown): KubeTrouble {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  const known = networkTrouble(code);
  if (known) return { ok: false, code: 'unreachable', message: `the API server: ${known.message}` };
  if (CERTIFICATE_CODE.test(code)) return { ok: false, code: 'tls', message: `the API server's certificate: ${code}` };
  return { ok: false, code: 'unreachable', message: `the API server cannot be reached${code ? `: ${code}` : ''}` };
}

/** What the server says in its `Status` object, or the bare status where it sent none. */
export function statusTrouble(status: number, body: string, retryAfter: string | undefined, hide: Hide): KubeTrouble {
  const { reason, message, seconds } = readStatus(body);
  const wait = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : seconds;
  const said = message === undefined ? `HTTP status ${status}` : hide(oneLine(message));
  return {
    ok: false,
    code: 'status',
    status,
    message: said.slice(0, MESSAGE_LIMIT_CHARS),
    ...(reason === undefined ? {} : { reason }),
    ...(wait === undefined ? {} : { retryAfterMs: Math.min(wait * 1000, RETRY_AFTER_LIMIT_MS) }),
  };
}

/** Takes our own credentials out of what somebody else says. */
export type Hide = (text: string) => string;

interface Status {
  reason?: string;
  message?: string;
  seconds?: number;
}

function readStatus(body: string): Status {
  try {
    const { reason, message, details } = JSON.parse(body) as Record<string, unknown>;
    const seconds = (details as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds;
    return {
      ...(typeof reason === 'string' ? { reason: reason.slice(0, 100) } : {}),
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof seconds === 'number' && seconds >= 0 ? { seconds } : {}),
    };
  } catch {
    return {};
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** True where the same request may bring something else a moment later. */
export function passes(trouble: KubeTrouble): boolean {
  if (trouble.code === 'unreachable' || trouble.code === 'timeout') return true;
  const { status } = trouble;
  return status === 429 || (status !== undefined && status >= 500 && status !== 501);
}

export function isStatus(trouble: { ok: boolean }, ...statuses: number[]): boolean {
  const { status } = trouble as { status?: number };
  return !trouble.ok && status !== undefined && statuses.includes(status);
}
