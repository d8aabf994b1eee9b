import type { IncomingMessage } from 'node:http';
import type { Access } from './access.ts';
import type { KubeObject, KubePlace, KubeTrouble, ListQuery } from './client.ts';
import { pathOf, queryOf, selectorsOf } from './paths.ts';
import { hiding, readBody, readCredentials, respond } from './send.ts';
import { connectionTrouble, gaveUp, malformed, statusTrouble, timedOut, tooLarge } from './trouble.ts';

const ANSWER_WITHIN_MS = 10_000;
const LINE_LIMIT_CHARS = 8 * 1024 * 1024;
const ERROR_LIMIT_BYTES = 64 * 1024;

/** Some servers and proxies end a watch much earlier; none is to live for ever. */
const LASTS_SECONDS = 240;

/** One event of a watch. A bookmark carries nothing but how far the watch has come. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

/** Watches from a resource version on. Resolves when the server ends it, with `undefined`, or with why it broke. Never rejects. */
export async function watchOnce(
  access: Access,
  place: KubePlace,
  query: ListQuery & { resourceVersion: string },
  happened: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<KubeTrouble | undefined> {
  const opening = new AbortController();
  const late = setTimeout(() => opening.abort(), ANSWER_WITHIN_MS);
  try {
    const path = watchPath(place, query);
    const both = AbortSignal.any([signal, opening.signal]);
    const credentials = await readCredentials(access, false, both);
    if (!('headers' in credentials)) return credentials;
    const response = await respond(access, { method: 'GET', path }, credentials, both);
    if (response.statusCode === 200) {
      clearTimeout(late);
      return await readEvents(response, happened);
    }
    const body = (await readBody(response, ERROR_LIMIT_BYTES)) ?? '';
    return statusTrouble(response.statusCode ?? 0, body, response.headers['retry-after'], hiding(credentials));
  } catch (error) {
    if (signal.aborted) return gaveUp();
    return opening.signal.aborted ? timedOut(ANSWER_WITHIN_MS) : connectionTrouble(error);
  } finally {
    clearTimeout(late);
  }
}

function watchPath(place: KubePlace, { resourceVersion, ...query }: ListQuery & { resourceVersion: string }): string {
  const watch = { watch: true, allowWatchBookmarks: true, timeoutSeconds: LASTS_SECONDS, resourceVersion };
  return pathOf(place) + queryOf({ ...selectorsOf(query), ...watch });
}

async function readEvents(
  response: IncomingMessage,
  happened: (event: WatchEvent) => void,
): Promise<KubeTrouble | undefined> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LIMIT_CHARS) return endWith(response, tooLarge(LINE_LIMIT_CHARS));
    for (const line of lines) {
      const event = readEvent(line);
      if ('ok' in event) return endWith(response, event);
      happened(event);
    }
  }
  return undefined;
}

function endWith(response: IncomingMessage, trouble: KubeTrouble): KubeTrouble {
  response.destroy();
  return trouble;
}

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

function readEvent(line: string): WatchEvent | KubeTrouble {
  try {
    const { type, object } = JSON.parse(line) as { type?: string; object?: KubeObject & { code?: number } };
    if (type === 'ERROR') return statusTrouble(object?.code ?? 0, JSON.stringify(object), undefined, (text) => text);
    if (type !== undefined && TYPES.has(type) && typeof object?.metadata === 'object' && object.metadata !== null)
      return { type: type as WatchEvent['type'], object };
  } catch {
    // Said below.
  }
  return malformed('a watch event that is none');
}
