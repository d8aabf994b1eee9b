import { createHttpClient } from '../../../clients/http.ts';
import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import type { ContainerView, PodView } from '../pod.ts';

/** How far the clock of a process is ahead of others', and who told. */
export interface ClockReading {
  aheadMs: number;
  /** How exact it is. */
  within: number;
  by: string;
}

/** Where a reading is taken from. */
interface Source {
  kube: KubeClient;
  wallClock(): number;
  pod: PodView;
  container: ContainerView;
  /** A line of the log must have been written after this moment. */
  since: number;
}

const PORTS_TRIED = 3;
const HTTP_WITHIN_MS = 1_000;

/**
 * Reads the clock of the process that the fault is to strike: a command run in its container would be another process, with a clock of its own. So
 * the process itself must say what time it is: by the `Date` of an HTTP answer, or in the lines that it logs.
 */
export async function readClock(source: Source, signal: AbortSignal): Promise<ClockReading | undefined> {
  return (await fromLog(source, signal)) ?? (await fromHttp(source, signal));
}

async function fromHttp({ pod, container, wallClock }: Source, signal: AbortSignal): Promise<ClockReading | undefined> {
  for (const port of container.tcpPorts.slice(0, PORTS_TRIED)) {
    const host = pod.ip?.includes(':') ? `[${pod.ip}]` : pod.ip;
    const date = host === undefined ? undefined : await httpDate(`http://${host}:${port}`, signal);
    // The header cuts off the part of a second.
    if (date !== undefined) return { aheadMs: date + 500 - wallClock(), within: 1_500, by: `HTTP port ${port}` };
  }
  return undefined;
}

async function httpDate(baseUrl: string, signal: AbortSignal): Promise<number | undefined> {
  const limits = { timeoutMs: HTTP_WITHIN_MS, maxResponseBytes: 64 * 1024, keepAlive: false };
  const client = await createHttpClient({ baseUrl, ...limits });
  try {
    const answer = await client.request({ method: 'HEAD', path: '/', acceptStatus: () => true }, signal);
    const date = answer.ok ? Date.parse(answer.headers['date'] ?? '') : Number.NaN;
    return Number.isFinite(date) ? date : undefined;
  } finally {
    client.close();
  }
}

const LOG_LINES = 40;
const LOG_LIMITS = { maxBytes: 256 * 1024, timeoutMs: 2_000 };

/** The runtime stamps each line by the node's clock; what the line says of the time is the process's own. */
async function fromLog(
  { kube, pod, container, since }: Source,
  signal: AbortSignal,
): Promise<ClockReading | undefined> {
  const query = `container=${encodeURIComponent(container.name)}&timestamps=true&tailLines=${LOG_LINES}&limitBytes=${LOG_LIMITS.maxBytes}`;
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/log?${query}`;
  const log = await kube.text(path, LOG_LIMITS, signal);
  if (!log.ok) return undefined;
  const reading = clockInLog(log.value, since);
  return reading && { ...reading, by: 'its log' };
}

/** What the newest line that tells a time says of the clock, against the stamp that the runtime put before it. */
export function clockInLog(log: string, since: number): { aheadMs: number; within: number } | undefined {
  for (const line of log.split('\n').reverse()) {
    const reading = readLine(line, since);
    if (reading) return reading;
  }
  return undefined;
}

const ISO = /\b20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/;
const EPOCH = /(?<![\d.])1[6-9]\d{8}(\d{3})?(?![\d])/;

function readLine(line: string, since: number): { aheadMs: number; within: number } | undefined {
  const space = line.indexOf(' ');
  const stampedMs = Date.parse(line.slice(0, space).replace(/(\.\d{3})\d+/, '$1'));
  if (space < 0 || !Number.isFinite(stampedMs) || stampedMs < since) return undefined;
  const text = line.slice(space + 1, space + 2_000);
  const iso = ISO.exec(text);
  const epoch = iso ? null : EPOCH.exec(text);
  const said = iso ? Date.parse(iso[0]) : epoch ? Number(epoch[0]) * (epoch[1] ? 1 : 1000) : Number.NaN;
  if (!Number.isFinite(said)) return undefined;
  const exact = iso ? iso[1] !== undefined : epoch?.[1] !== undefined;
  return { aheadMs: said - stampedMs, within: exact ? 500 : 1_500 };
}
