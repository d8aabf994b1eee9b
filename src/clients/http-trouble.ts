import { formatDuration, formatValue } from '../slo/model/quantity.ts';
import { type NetworkTroubleCode, networkTrouble } from './network-trouble.ts';

/** Why a request brought no usable answer. */
export type HttpTroubleCode =
  | NetworkTroubleCode
  | 'aborted'
  | 'too-large'
  | 'tls'
  | 'malformed'
  | 'redirects'
  | 'credentials'
  | 'status';

/** Trouble as data. The message is one short line, the same for the same trouble, without secrets. */
export interface HttpTrouble {
  ok: false;
  code: HttpTroubleCode;
  message: string;
  /** Set where the server answered: code `status`. */
  status?: number;
  /** What the server said with that status, our own credentials masked. Hostile text: never print it whole. */
  body?: string;
}

/** What the classification needs to know about the request that failed. */
export interface RequestLimits {
  timeoutMs: number;
  maxResponseBytes: number;
}

const MORE_CODES: Record<string, { code: HttpTroubleCode; message: string }> = {
  ERR_FR_TOO_MANY_REDIRECTS: { code: 'redirects', message: 'too many redirects' },
  Z_DATA_ERROR: { code: 'malformed', message: 'the compressed answer is damaged' },
  Z_BUF_ERROR: { code: 'reset', message: 'the connection was closed half-way through the answer' },
};

const CERTIFICATE_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/** Says what went wrong from what axios threw. Codes only: texts of errors may hold addresses, headers and bodies. */
export function describeTrouble(error: unknown, limits: RequestLimits): HttpTrouble {
  const { code, message, answered } = readError(error);
  if (code === 'ECONNABORTED' || /timeout/i.test(message)) return timedOut(limits.timeoutMs);
  if (message.startsWith('maxContentLength')) return tooLarge(limits.maxResponseBytes);
  if (message === 'stream has been aborted' || (code === 'ECONNRESET' && answered)) return halfWay();
  const known = networkTrouble(code) ?? MORE_CODES[code];
  if (known) return { ok: false, ...known };
  if (code.startsWith('HPE_')) return { ok: false, code: 'malformed', message: 'the answer is not HTTP' };
  if (CERTIFICATE_CODE.test(code)) return { ok: false, code: 'tls', message: `TLS: ${readable(code)}` };
  return { ok: false, code: 'unreachable', message: code ? `the request failed: ${code}` : 'the request failed' };
}

/** The time this request was given ran out. */
export function timedOut(timeoutMs: number): HttpTrouble {
  return { ok: false, code: 'timeout', message: `no answer within ${formatDuration(timeoutMs)}` };
}

/** The caller gave up, or the client was closed. */
export function gaveUp(): HttpTrouble {
  return { ok: false, code: 'aborted', message: 'stopped before the answer came' };
}

/** A status that the caller did not ask for, with what the server said about it. */
export function unwantedStatus(status: number, body: string, hide: (text: string) => string): HttpTrouble {
  const masked = hide(body);
  const said = oneLine(masked, 120);
  return { ok: false, code: 'status', message: `HTTP ${status}${said ? `: ${said}` : ''}`, status, body: masked };
}

function tooLarge(maxBytes: number): HttpTrouble {
  return { ok: false, code: 'too-large', message: `the answer is larger than ${formatValue(maxBytes, 'bytes')}` };
}

function halfWay(): HttpTrouble {
  return { ok: false, code: 'reset', message: 'the connection was closed half-way through the answer' };
}

/** The start of a foreign text, fit for one line of a message. */
export function oneLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, maxLength * 4)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a hostile body must not move the cursor of a terminal
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}...` : line;
}

function readable(code: string): string {
  if (code === 'EPROTO') return 'the peer does not speak TLS as expected';
  return code
    .replace(/^ERR_(TLS|SSL)_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function readError(error: unknown): { code: string; message: string; answered: boolean } {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return {
    code: typeof fields['code'] === 'string' ? fields['code'] : '',
    message: typeof fields['message'] === 'string' ? fields['message'] : '',
    answered: fields['response'] !== undefined,
  };
}
