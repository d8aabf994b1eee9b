import { lintConfig } from '../../../../src/chaos/chaos-mesh/lint/lint.ts';
import type { LintSetting } from '../../../../src/chaos/contract.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test breaks manifests in every place
export type Loose = any;

const ENGINES = { mode: 'all', selector: { namespaces: ['shop'], labelSelectors: { app: 'engine' } } };
const GATEWAY = { mode: 'all', selector: { namespaces: ['shop'], labelSelectors: { app: 'gateway' } } };

/** A manifest of each kind with which nothing is wrong. */
const SOUND: Record<string, Loose> = {
  kill: { kind: 'PodChaos', spec: { action: 'pod-kill', gracePeriod: 0, ...ENGINES, mode: 'one' } },
  failure: { kind: 'PodChaos', spec: { action: 'pod-failure', ...ENGINES, mode: 'one' } },
  containerKill: {
    kind: 'PodChaos',
    spec: { action: 'container-kill', containerNames: ['worker'], ...ENGINES, mode: 'one' },
  },
  partition: { kind: 'NetworkChaos', spec: { action: 'partition', ...ENGINES, direction: 'both', target: GATEWAY } },
  ports: {
    kind: 'NetworkChaos',
    spec: {
      action: 'partition',
      ...ENGINES,
      direction: 'from',
      externalTargets: ['0.0.0.0/1:5557', '128.0.0.0/1:5557'],
    },
  },
  delay: {
    kind: 'NetworkChaos',
    spec: {
      action: 'delay',
      ...ENGINES,
      target: GATEWAY,
      delay: { latency: '200ms', jitter: '50ms', correlation: '25' },
    },
  },
  loss: {
    kind: 'NetworkChaos',
    spec: { action: 'loss', ...ENGINES, target: GATEWAY, loss: { loss: '50', correlation: '25' } },
  },
  bandwidth: {
    kind: 'NetworkChaos',
    spec: {
      action: 'bandwidth',
      ...ENGINES,
      target: GATEWAY,
      bandwidth: { rate: '1mbit', limit: 20_000, buffer: 10_000 },
    },
  },
  cpu: { kind: 'StressChaos', spec: { ...ENGINES, stressors: { cpu: { workers: 2, load: 80 } } } },
  memory: { kind: 'StressChaos', spec: { ...ENGINES, stressors: { memory: { workers: 1, size: '512MB' } } } },
  io: { kind: 'IOChaos', spec: { action: 'latency', ...ENGINES, volumePath: '/data', delay: '100ms', percent: 50 } },
  time: { kind: 'TimeChaos', spec: { ...ENGINES, timeOffset: '-30s', clockIds: ['CLOCK_REALTIME'] } },
  http: { kind: 'HTTPChaos', spec: { ...ENGINES, target: 'Request', port: 8080, method: 'GET', delay: '2s' } },
  workflow: {
    kind: 'Workflow',
    spec: {
      entry: 'all',
      templates: [
        { name: 'all', templateType: 'Serial', children: ['kill', 'pause', 'cut'] },
        {
          name: 'kill',
          templateType: 'PodChaos',
          deadline: '10s',
          podChaos: { action: 'pod-kill', gracePeriod: 0, ...ENGINES, mode: 'one' },
        },
        { name: 'pause', templateType: 'Suspend', deadline: '30s' },
        {
          name: 'cut',
          templateType: 'NetworkChaos',
          deadline: '30s',
          networkChaos: { action: 'partition', ...ENGINES, target: GATEWAY },
        },
      ],
    },
  },
  schedule: {
    kind: 'Schedule',
    spec: {
      schedule: '0 3 * * 1',
      historyLimit: 3,
      type: 'StressChaos',
      stressChaos: { ...ENGINES, stressors: { cpu: { workers: 1 } } },
    },
  },
};

SOUND['weekly'] = {
  kind: 'Schedule',
  spec: { schedule: '@weekly', historyLimit: 3, type: 'Workflow', workflow: SOUND['workflow'].spec },
};

export const SOUND_NAMES = Object.keys(SOUND);

/** A sound manifest with changes: paths such as `spec.delay.latency` and what is to stand there; `undefined` takes it away. */
export function manifest(name: string, changes: Record<string, unknown> = {}): Loose {
  const { kind, spec } = structuredClone(SOUND[name]!);
  const changed: Loose = { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name: 'fault' }, spec };
  for (const [path, value] of Object.entries(changes)) set(changed, path.split('.'), value);
  return changed;
}

function set(holder: Loose, [step, ...rest]: string[], value: unknown): void {
  if (rest.length === 0 && value === undefined) take(holder, step!);
  else if (rest.length === 0) holder[step!] = value;
  else {
    holder[step!] ??= {};
    set(holder[step!], rest, value);
  }
}

function take(holder: Loose, step: string): void {
  if (Array.isArray(holder)) holder[Number(step)] = null;
  else delete holder[step];
}

/** What people write where something else belongs. */
export const ODD: unknown[] = [undefined, '', '0', 'nonsense', '-5', 7, -1, true, null, [], {}, ['x'], [null]];

/** Every place in a manifest's spec, as a path. */
export function placesIn(value: Loose, path = 'spec'): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, `${path}.${key}`))];
}

const SETTING: LintSetting = {
  experiment: 'fault',
  durationMs: 30_000,
  limits: { maxFaultMs: 180_000, maxTargets: 3, namespaces: ['shop'] },
};

/** What the lint says, a line each: `error spec.mode: message [found] (allowed) -> hint`. */
export function said(changed: Loose, setting: Partial<LintSetting> = {}): string[] {
  return lintConfig({ manifest: changed }, { ...SETTING, ...setting }).map(
    ({ severity, path, message, found, allowed, hint }) => {
      const place = path.slice(1).join('.');
      const more = [found && `[${found}]`, allowed && `(${allowed})`, hint && `-> ${hint}`].filter(Boolean);
      return [`${severity} ${place}: ${message}`, ...more].join(' ');
    },
  );
}
