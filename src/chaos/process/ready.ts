import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { createHttpClient } from '../../clients/http.ts';
import type { ReadyCheck } from './config.ts';

/** Looks once whether the new process serves. */
export type ReadyLook = (signal: AbortSignal) => Promise<boolean>;

const LOOK_LIMIT_MS = 1_000;

/** Made before the process is struck, so that a file which it wrote earlier is told from one it writes anew. */
export async function prepareReadyLook(check: ReadyCheck | undefined): Promise<ReadyLook> {
  if (!check) return async () => true;
  if ('tcp' in check) return (signal) => accepts(check.tcp, signal);
  if ('http' in check) return (signal) => answersWell(check.http, signal);
  const before = await lastWritten(check.file);
  return async () => {
    const now = await lastWritten(check.file);
    return now !== undefined && now !== before;
  };
}

function accepts(address: string, signal: AbortSignal): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMIT_MS)]);
  return new Promise((done) => {
    const socket = connect({ host, port: Number(address.slice(colon + 1)), signal: bounded });
    const end = (accepted: boolean) => {
      socket.destroy();
      done(accepted);
    };
    socket.once('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

async function answersWell(url: string, signal: AbortSignal): Promise<boolean> {
  const client = await createHttpClient({ baseUrl: url, timeoutMs: LOOK_LIMIT_MS, keepAlive: false });
  const answer = await client.request({}, signal);
  client.close();
  return answer.ok;
}

async function lastWritten(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}
