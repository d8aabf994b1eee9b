import { silentLog } from '../../src/clients/log.ts';
import type { ExporterContext } from '../../src/exporters/contract.ts';
import type { Experiment, Plan, ProbeSpec } from '../../src/slo/model/plan.ts';

const phases = { steadyMs: 60_000, recoveryMs: 90_000, settleMs: 5000 };

export function someExperiment(more: Partial<Experiment> = {}): Experiment {
  return { name: 'partition', driver: 'none', durationMs: 30_000, oneShot: false, phases, config: {}, ...more };
}

export function someProbe(more: Partial<ProbeSpec> = {}): ProbeSpec {
  return {
    name: 'engine-port',
    type: 'tcp',
    at: 'runner',
    intervalMs: 200,
    timeoutMs: 1000,
    onTimeout: 'bad',
    values: {
      latencyMs: { unit: 'ms', kind: 'level', help: 'time to connect' },
      received: { unit: '1', kind: 'count', help: 'events received' },
    },
    config: {},
    ...more,
  };
}

export function somePlan(more: Partial<Plan> = {}): Plan {
  return {
    name: 'kv-event-sync',
    labels: {},
    digest: 'sha256:4be1',
    seed: 7,
    phases,
    limits: { maxFaultMs: 180_000, maxTargets: 3, namespaces: [], abortWhen: [] },
    sources: [],
    vantages: [],
    probes: [someProbe()],
    baselines: [],
    experiments: [someExperiment()],
    objectives: [],
    exporters: [],
    ...more,
  };
}

export const someContext: ExporterContext = { plan: somePlan(), run: '20261122-020000-7f3a', log: silentLog };

export const never = new AbortController().signal;
