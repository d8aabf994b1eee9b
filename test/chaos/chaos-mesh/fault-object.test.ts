import { describe, expect, it } from 'vitest';
import { objectOf } from '../../../src/chaos/chaos-mesh/fault-object.ts';
import type { Fields, Manifest } from '../../../src/chaos/chaos-mesh/manifest.ts';
import { labelValue, objectName } from '../../../src/chaos/chaos-mesh/names.ts';
import { takenOf } from '../../../src/chaos/chaos-mesh/targets.ts';
import { manifest } from './played-driver.ts';

const naming = { run: 'r', plan: 'p', experiment: 'e', digest: 'd', durationMs: 30_000, maxFaultMs: 120_000 };
const made = (kind: string, spec: Fields, over: Partial<typeof naming> = {}) =>
  objectOf(manifest(kind, spec) as unknown as Manifest, { naming: { ...naming, ...over }, namespace: 'x' });

describe('the end that the server gives a fault', () => {
  it.each<[string, Fields, Partial<typeof naming>, unknown]>([
    ['is the experiment, the time to inject, and a margin', { action: 'partition' }, {}, '120s'],
    ['takes the place of what the manifest says', { action: 'partition', duration: '1h' }, {}, '120s'],
    ['is not far beyond limits.maxFault', { action: 'partition' }, { maxFaultMs: 40_000 }, '70s'],
    ['is none where the fault strikes once', { action: 'pod-kill', duration: '1h' }, {}, undefined],
  ])('%s', (_sentence, spec, over, duration) => {
    const kind = spec['action'] === 'pod-kill' ? 'PodChaos' : 'NetworkChaos';
    expect((made(kind, spec, over).spec as Fields)['duration']).toBe(duration);
  });

  it('is in the deadlines of a Workflow, whose spec stays as it is', () => {
    const spec = { entry: 'a', templates: [{ name: 'a', templateType: 'Suspend', deadline: '1s' }] };
    expect(made('Workflow', spec).spec).toEqual(spec);
  });
});

it('makes of a Schedule one run of its template', () => {
  const object = made('Schedule', { type: 'StressChaos', schedule: '@daily', stressChaos: { mode: 'all' } });
  expect(object).toMatchObject({ kind: 'StressChaos', spec: { mode: 'all', duration: '120s' } });
});

describe('a name', () => {
  it('is fit for Kubernetes and its own, whatever the experiment is called', () => {
    for (const experiment of ['cut', 'Ünïcode & spaces', '-', 'x'.repeat(300)]) {
      expect(objectName('run', experiment)).toMatch(/^[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?$/);
      expect(objectName('run', experiment)).not.toBe(objectName('other', experiment));
    }
  });

  it('as a label stays what it is where it can', () => {
    expect(labelValue('kv-20261122T225250Z-4844')).toBe('kv-20261122T225250Z-4844');
    for (const text of ['a b', 'x'.repeat(80), '-'])
      expect(labelValue(text)).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
  });
});

it.each([
  ['one', undefined, 3, 1],
  ['all', undefined, 3, 3],
  ['fixed', '2', 3, 2],
  ['fixed', '5', 3, 3],
  ['fixed-percent', '50', 3, 2],
  ['fixed-percent', '1', 3, 1],
  ['random-max-percent', '50', 4, 2],
  ['one', undefined, 0, 0],
])('takes by %s %s of %i pods %i', (mode, value, count, taken) => {
  expect(takenOf({ mode, value }, count)).toBe(taken);
});
