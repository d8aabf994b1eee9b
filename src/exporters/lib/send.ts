import { setTimeout as pause } from 'node:timers/promises';
import { createHttpClient, type HttpClientOptions, type HttpRequest, type HttpTrouble } from '../../clients/http.ts';
import type { Delivery } from '../../slo/model/report.ts';

const PAUSE_BEFORE_RETRY_MS = 500;
const MAX_RESPONSE_BYTES = 64 * 1024;

/** Sends one request to one target, a second time if that may help, and says whether it arrived. Never rejects. */
export async function send(
  exporter: string,
  options: HttpClientOptions,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Delivery> {
  try {
    const client = await createHttpClient({ maxResponseBytes: MAX_RESPONSE_BYTES, ...options });
    try {
      let answer = await client.request(request, signal);
      if (!answer.ok && mayPass(answer) && (await paused(signal))) answer = await client.request(request, signal);
      if (answer.ok) return { exporter, target: client.address, state: 'delivered' };
      return { exporter, target: client.address, state: 'failed', reason: answer.message };
    } finally {
      client.close();
    }
  } catch (error) {
    return { exporter, target: withoutCredentials(options.baseUrl), state: 'failed', reason: (error as Error).message };
  }
}

/** Whether a second try can end otherwise: a refusal of what we sent cannot. */
function mayPass({ code, status = 0 }: HttpTrouble): boolean {
  if (code === 'status') return status >= 500 || status === 429;
  return code !== 'aborted' && code !== 'credentials' && code !== 'tls';
}

async function paused(signal: AbortSignal): Promise<boolean> {
  return pause(PAUSE_BEFORE_RETRY_MS, true, { signal }).catch(() => false);
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return (origin + pathname).replace(/\/$/, '');
}
