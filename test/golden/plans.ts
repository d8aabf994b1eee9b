/** The plan texts of the golden cases: one base, and what a case changes. */
export interface PlanParts {
  objectives: string;
  probes?: string;
  baselines?: string;
  experiments?: string;
  vantages?: string;
}

const WEB = `
    - name: web
      type: http
      interval: 500ms
      timeout: 400ms
      config: {url: "http://127.0.0.1:8080/healthz"}`;

const OUTAGE = `
    - name: outage
      driver: toxiproxy
      duration: 10s
      config: {url: "http://127.0.0.1:8474", proxy: web, action: blackhole}`;

export function planText(
  name: string,
  { objectives, probes = WEB, baselines, experiments = OUTAGE, vantages }: PlanParts,
): string {
  return `apiVersion: steadfast/v1
kind: Plan
metadata: {name: ${name}}
spec:
  seed: 7
  phases: {steady: 10s, recovery: 20s}
  limits: {maxFault: 60s}
  sources:
    - {name: prom, type: prometheus, config: {url: "http://127.0.0.1:9090"}}
${vantages ? `  vantages:${vantages}\n` : ''}  probes:${probes}
${baselines ? `  baselines:${baselines}\n` : ''}  experiments:${experiments}
  objectives:${objectives}
`;
}

export const TWO_EXPERIMENTS = `${OUTAGE}
    - name: again
      driver: toxiproxy
      duration: 10s
      config: {url: "http://127.0.0.1:8474", proxy: web, action: refuse}`;

export const HANGING_WEB = WEB.replace('400ms', '3s');

export const KV_EVENTS = `
    - name: kv-events
      type: zmq-kv-events
      interval: 1s
      timeout: 500ms
      config: {events: "tcp://127.0.0.1:5557", replay: "tcp://127.0.0.1:5558"}`;

export const RESTART = `
    - name: restart
      driver: process
      config: {action: restart, pidFile: /tmp/worker.pid, start: [worker], ready: {tcp: "127.0.0.1:8080"}}`;

export const TTFT = `${WEB}
    - name: ttft
      type: prometheus
      interval: 500ms
      timeout: 400ms
      config: {source: prom, query: "max(ttft_seconds)"}`;

export const TTFT_BEFORE = `
    - {name: ttft-before, source: prom, query: "max(ttft_seconds)", window: {last: 1m}, step: 1s, stat: median}`;

export const GATEWAY = `
    - {name: gateway, type: sidecar, config: {url: "http://steadfast-gateway.kv-sync-test:9780"}}`;

export const WEB_THERE = WEB.replace('type: http', 'type: http\n      at: gateway');

export const WEB_HERE_AND_THERE = `${WEB}${WEB_THERE.replace('name: web', 'name: web-there')}`;
