import { describe, expect, it } from 'vitest';
import type { DriverType, FoundFault, InspectedExperiment } from '../../src/chaos/contract.ts';
import { experimentsByDriver, sweepPlaces } from '../../src/chaos/sweep-places.ts';
import { sweep } from '../../src/cli/sweep.ts';
import { silentLog } from '../../src/clients/log.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { openSetting, signal } from './driver-setting.ts';

const found: FoundFault[] = [
  { run: 'a-1', experiment: 'cut', state: 'removed', text: 'NetworkChaos shop/cut' },
  { run: 'a-2', experiment: 'slow', state: 'still-there', text: 'NetworkChaos shop/slow does not go' },
  { run: 'a-3', experiment: 'kill', state: 'owned', text: 'its run is alive' },
];

function driverIn(place: () => FoundFault[], asked: InspectedExperiment[][] = []) {
  const sweepPlace: DriverType['sweepPlace'] = async (experiments) => {
    asked.push([...experiments]);
    return place();
  };
  return new Map([['cluster', { type: 'cluster', sweepPlace } as DriverType]]);
}

function planWith(...drivers: string[]): Plan {
  const experiments = drivers.map((driver) => ({
    name: `by-${driver}`,
    driver,
    durationMs: 1,
    config: { of: driver },
  }));
  return { name: 'a-plan', digest: 'sha256:1', limits: { namespaces: ['shop'] }, experiments } as unknown as Plan;
}

it('sorts what was found by what became of it', async () => {
  const swept = await sweepPlaces(
    driverIn(() => found),
    undefined,
    signal(),
    silentLog,
  );
  expect(swept.removed.map(({ run }) => run)).toEqual(['a-1']);
  expect(swept.failed.map(({ run }) => run)).toEqual(['a-2']);
  expect(swept.skipped.map(({ run }) => run)).toEqual(['a-3']);
  expect(swept.unseen).toEqual([]);
});

it('looks only where the plans about to run go, and tells the driver which experiments those are', async () => {
  const asked: InspectedExperiment[][] = [];
  const types = driverIn(() => [], asked);
  await sweepPlaces(types, [planWith('process')], signal(), silentLog);
  expect(asked, 'a place that no plan touches was looked at').toEqual([]);
  await sweepPlaces(types, [planWith('process', 'cluster')], signal(), silentLog);
  expect(asked.flat()).toMatchObject([{ experiment: 'by-cluster', plan: 'a-plan', config: { of: 'cluster' } }]);
});

it('gives each driver its own experiments', () => {
  const byDriver = experimentsByDriver([planWith('a', 'b'), planWith('b')]);
  expect([...byDriver].map(([driver, list]) => [driver, list.length])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
});

describe('steadfast sweep', () => {
  async function run(place: () => FoundFault[]) {
    await using setting = await openSetting();
    const out: string[] = [];
    const err: string[] = [];
    const registries = { drivers: driverIn(place), probes: new Map(), sources: new Map(), exporters: new Map() };
    const io = {
      stdout: (text: string) => void out.push(text),
      stderr: (text: string) => void err.push(text),
      env: { STEADFAST_STATE: setting.folder },
      registries: registries as unknown as Parameters<typeof sweep>[1]['registries'],
    };
    const code = await sweep([], io);
    return { code, stdout: out.join(''), stderr: err.join('') };
  }

  it('ends with 40 for a fault that does not go, whatever else was removed', async () => {
    const { code, stdout, stderr } = await run(() => found);
    expect(code).toBe(40);
    expect(stdout).toContain('removed: run a-1, experiment cut (cluster): NetworkChaos shop/cut');
    expect(stdout).toContain('left alone: run a-3');
    expect(stderr).toContain('STILL THERE: run a-2');
  });

  it('names the places where it was not allowed to look, and does not call them clean', async () => {
    const text = 'may list networkchaos in the namespace shop at most';
    const { code, stdout, stderr } = await run(() => [{ run: '?', experiment: '?', state: 'unseen', text }]);
    expect({ code, stdout, stderr }).toEqual({ code: 69, stdout: '', stderr: `cluster: ${text}\n` });
  });

  it('does not say that nothing was left behind where it could not look', async () => {
    const { code, stdout, stderr } = await run(() => {
      throw new Error('the API server does not answer');
    });
    expect(code).toBe(69);
    expect(stdout).toBe('');
    expect(stderr).toBe('cluster: whether a fault was left behind could not be seen: the API server does not answer\n');
  });
});
