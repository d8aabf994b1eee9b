import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is an answer; `undefined` when the time is up. */
export async function eventually<T>(ask: () => Promise<T | undefined>, limitMs: number): Promise<T | undefined> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(250);
  }
  return undefined;
}

interface Alert {
  labels: Record<string, string>;
}

/** The alerts that an Alertmanager holds. */
export async function alertsIn(url: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v2/alerts`, { signal: AbortSignal.timeout(5000) });
  const alerts = (await response.json()) as Alert[];
  return alerts.map(({ labels }) => [labels['alertname'], labels['objective']].filter(Boolean).join(' ')).sort();
}

/** How many points a range query brings for the last seconds. */
export async function pointsOf(url: string, query: string, lastSeconds: number): Promise<number> {
  const now = Date.now() / 1000;
  const body = new URLSearchParams({ query, start: String(now - lastSeconds), end: String(now), step: '1' });
  const response = await fetch(`${url}/api/v1/query_range`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(5000),
  });
  const answer = (await response.json()) as { data?: { result?: { values: [number, string][] }[] } };
  return (answer.data?.result?.[0]?.values ?? []).filter(([, value]) => value !== 'NaN').length;
}
