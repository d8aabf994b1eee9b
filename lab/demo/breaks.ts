import { readFile } from 'node:fs/promises';
import type { ChaosEvent } from '../../src/slo/model/entry.ts';
import type { Lab } from '../lab.ts';

/** A violation of exactly one promise of `examples/demo.yaml`: when it is planted, and what is done to the real servers. */
export interface Break {
  /** The objective that must fail, and no other. */
  objective: string;
  summary: string;
  experiment: string;
  state: ChaosEvent['state'];
  afterMs: number;
  plant(lab: Lab): Promise<void>;
  /** Undone that long after it was planted; stays to the end of the run if absent. */
  lastsMs?: number;
  mend(lab: Lab): Promise<void>;
}

/** How long the demo's engine takes to its first token. */
export const ENGINE_LATENCY_MS = 20;

/** One for each objective of the demo; a test sees to it that none is missing. */
export const breaks: readonly Break[] = [
  {
    objective: 'port-open-before',
    summary: 'the port refuses connections for a second before the fault',
    experiment: 'port-dark',
    state: 'started',
    afterMs: 2000,
    plant: (lab) => setProxy(lab, false),
    lastsMs: 1000,
    mend: (lab) => setProxy(lab, true),
  },
  {
    objective: 'goals-go-on',
    summary: 'goals fail while the port is dark',
    experiment: 'port-dark',
    state: 'injected',
    afterMs: 0,
    plant: (lab) => setFailing(lab, true),
    lastsMs: 5500,
    mend: (lab) => setFailing(lab, false),
  },
  {
    objective: 'port-recovers',
    summary: 'the port stays closed for 6 s after the fault is gone',
    experiment: 'port-dark',
    state: 'recovered',
    afterMs: 0,
    plant: (lab) => setProxy(lab, false),
    lastsMs: 6000,
    mend: (lab) => setProxy(lab, true),
  },
  {
    objective: 'events-flow-again',
    summary: 'the engine publishes nothing after the fault is gone',
    experiment: 'port-dark',
    state: 'recovering',
    afterMs: 0,
    plant: (lab) => control(lab, 'engine', { command: 'rate', perSecond: 0 }),
    lastsMs: 12_500,
    mend: (lab) => control(lab, 'engine', { command: 'rate', perSecond: 20 }),
  },
  {
    objective: 'no-event-lost',
    summary: 'the engine drops three batches without a word',
    experiment: 'port-dark',
    state: 'started',
    afterMs: 2000,
    plant: (lab) => control(lab, 'engine', { command: 'lose', batches: 3 }),
    mend: async () => undefined,
  },
  {
    objective: 'as-fast-as-before',
    summary: 'the engine is five times slower after the fault',
    experiment: 'port-dark',
    state: 'recovering',
    afterMs: 0,
    plant: (lab) => control(lab, 'engine', { command: 'latency', ms: 5 * ENGINE_LATENCY_MS }),
    mend: (lab) => control(lab, 'engine', { command: 'latency', ms: ENGINE_LATENCY_MS }),
  },
  {
    objective: 'goals-complete-before',
    summary: 'goals fail for four seconds before the worker is killed',
    experiment: 'worker-killed',
    state: 'started',
    afterMs: 1000,
    plant: (lab) => setFailing(lab, true),
    lastsMs: 4000,
    mend: (lab) => setFailing(lab, false),
  },
  {
    objective: 'goals-recover',
    summary: 'the restarted worker fails every goal for 12 s',
    experiment: 'worker-killed',
    state: 'recovered',
    afterMs: 0,
    plant: (lab) => setFailing(lab, true),
    lastsMs: 12_000,
    mend: (lab) => setFailing(lab, false),
  },
  {
    objective: 'lag-drains',
    summary: 'the consumer stops reading',
    experiment: 'worker-killed',
    state: 'requested',
    afterMs: 0,
    plant: (lab) => control(lab, 'consumer', { command: 'pause' }),
    mend: (lab) => control(lab, 'consumer', { command: 'resume' }),
  },
];

/** Finds a break by its objective; `1` picks one. */
export function breakNamed(name: string): Break | undefined {
  if (name === '1') return breaks.find(({ objective }) => objective === 'port-recovers');
  return breaks.find(({ objective }) => objective === name);
}

async function setProxy(lab: Lab, enabled: boolean): Promise<void> {
  const response = await fetch(`${lab.variables['TOXIPROXY_URL']}/proxies/engine-events`, {
    method: 'POST',
    body: JSON.stringify({ enabled }),
  });
  if (!response.ok) throw new Error(`toxiproxy answers ${response.status}: ${await response.text()}`);
}

async function setFailing(lab: Lab, on: boolean): Promise<void> {
  await patiently(() => control(lab, 'worker', { command: 'fail', on }));
}

async function control(lab: Lab, name: 'engine' | 'worker' | 'consumer', command: object): Promise<void> {
  await lab.control(name, command);
}

/** A worker that is just being started again does not listen yet. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Plants a break at its moment, by following the timeline as it grows. */
export function plantWhenDue(lab: Lab, planted: Break, timeline: string, say: (text: string) => void): () => void {
  let done = false;
  let mending: NodeJS.Timeout | undefined;
  const plant = async (): Promise<void> => {
    say(`BREAK: ${planted.summary}`);
    await planted.plant(lab);
    if (planted.lastsMs !== undefined)
      mending = setTimeout(() => void planted.mend(lab).catch((error) => say(String(error))), planted.lastsMs);
  };
  const watch = setInterval(async () => {
    if (done || !(await hasHappened(timeline, planted))) return;
    if (done) return;
    done = true;
    setTimeout(() => void plant().catch((error) => say(`the break could not be planted: ${error}`)), planted.afterMs);
  }, 50);
  return () => {
    clearInterval(watch);
    clearTimeout(mending);
  };
}

async function hasHappened(timeline: string, { experiment, state }: Break): Promise<boolean> {
  const text = await readFile(timeline, 'utf8').catch(() => '');
  return text
    .split('\n')
    .some(
      (line) =>
        line.startsWith('{"type":"chaos"') &&
        line.includes(`"experiment":"${experiment}"`) &&
        line.includes(`"state":"${state}"`),
    );
}
