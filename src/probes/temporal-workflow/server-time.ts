/** A time stamp as the server's messages hold it. */
export interface ServerTime {
  seconds?: unknown;
  nanos?: number | null;
}

/** Milliseconds since 1970, by the clock of the server. */
export function serverTimeMs(time: ServerTime | null | undefined): number | undefined {
  return time ? Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6 : undefined;
}
