import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atIntensity } from '../../../src/chaos/chaos-mesh/intensity.ts';
import { longestWorkflowMs } from '../../../src/chaos/chaos-mesh/workflow-length.ts';
import { type Loose, manifest, SOUND_NAMES, said } from './lint/manifests.ts';

function weaker(changed: Loose, share: number): Loose {
  const scaled = atIntensity({ manifest: changed }, share);
  if ('problem' in scaled) throw new Error(scaled.problem);
  return (scaled.config.manifest as Loose).spec;
}

describe('a part of the intensity', () => {
  const cases: Record<string, [base: string, changes: Record<string, unknown>, share: number, expected: Loose]> = {
    'is a shorter delay with less jitter': [
      'delay',
      {},
      0.25,
      { delay: { latency: '50ms', jitter: '12500us', correlation: '25' } },
    ],
    'is never no delay at all': ['delay', { 'spec.delay': { latency: '2us' } }, 0.1, { delay: { latency: '1us' } }],
    'is never no memory at all': [
      'memory',
      { 'spec.stressors.memory.size': '4B' },
      0.1,
      { stressors: { memory: { workers: 1, size: '1B' } } },
    ],
    'is fewer pods where calls are not only late': [
      'http',
      { 'spec.replace': { code: 500 } },
      0.5,
      { mode: 'fixed-percent', value: '50', delay: '2s' },
    ],
    'is a smaller loss': ['loss', {}, 0.1, { loss: { loss: '5', correlation: '25' } }],
    'is a part of all that netem does': [
      'delay',
      { 'spec.action': 'netem', 'spec.corrupt': { corrupt: '10' }, 'spec.rate': { rate: '1mbit' } },
      0.5,
      {
        delay: { latency: '100ms', jitter: '25ms', correlation: '25' },
        corrupt: { corrupt: '5' },
        rate: { rate: '2mbit' },
      },
    ],
    'is a wider bandwidth': ['bandwidth', {}, 0.25, { bandwidth: { rate: '4mbit', limit: 20_000, buffer: 10_000 } }],
    'is a bandwidth that need not be a round one': [
      'bandwidth',
      {},
      0.3,
      { bandwidth: expect.objectContaining({ rate: '3333333bit' }) },
    ],
    'is a lower load': ['cpu', {}, 0.5, { stressors: { cpu: { workers: 2, load: 40 } } }],
    'is a load where none is written': [
      'cpu',
      { 'spec.stressors.cpu.load': undefined },
      0.5,
      { stressors: { cpu: { workers: 2, load: 50 } } },
    ],
    'is less memory': ['memory', {}, 0.5, { stressors: { memory: { workers: 1, size: '256000000B' } } }],
    'is a smaller share of the memory': [
      'memory',
      { 'spec.stressors.memory.size': '50%' },
      0.5,
      { stressors: { memory: { workers: 1, size: '25%' } } },
    ],
    'is a shorter wait for the disk': ['io', {}, 0.5, { delay: '50ms', percent: 50 }],
    'is fewer operations that fail': [
      'io',
      { 'spec.action': 'fault', 'spec.errno': 5, 'spec.delay': undefined },
      0.5,
      { percent: 25, errno: 5 },
    ],
    'is a smaller step of the clock': ['time', {}, 0.1, { timeOffset: '-3000ms' }],
    'is a shorter wait for an answer': ['http', {}, 0.25, { delay: '500ms' }],
    'is fewer pods where calls are aborted': [
      'http',
      { 'spec.abort': true, 'spec.delay': undefined },
      0.25,
      { mode: 'fixed-percent', value: '25', abort: true },
    ],
    'is fewer pods that are cut off': ['partition', {}, 0.1, { mode: 'fixed-percent', value: '10' }],
    'is a smaller percentage of pods': [
      'failure',
      { 'spec.mode': 'fixed-percent', 'spec.value': '50' },
      0.5,
      { mode: 'fixed-percent', value: '25' },
    ],
    'is a smaller number of pods, and never none': [
      'kill',
      { 'spec.mode': 'fixed', 'spec.value': '3' },
      0.1,
      { mode: 'fixed', value: '1' },
    ],
  };
  for (const [sentence, [base, changes, share, expected]] of Object.entries(cases))
    it(sentence, () => {
      expect(weaker(manifest(base, changes), share)).toMatchObject(expected);
    });

  const none: Record<string, [config: Loose, reason: RegExp]> = {
    'of one pod that is killed': [{ manifest: manifest('kill') }, /all or nothing for one pod/],
    'of a Workflow': [{ manifest: manifest('workflow') }, /a Workflow has several parts/],
    'of a Schedule': [{ manifest: manifest('schedule') }, /a Schedule has several parts/],
    'of what the cluster alone knows': [{ schedule: 'weekly', namespace: 'shop' }, /is not known here/],
    'of kinds that nobody looks into': [
      { manifest: { ...manifest('kill'), kind: 'JVMChaos' } },
      /JVMChaos is, is not known/,
    ],
    'of words for stress-ng': [
      { manifest: manifest('cpu', { 'spec.stressors': undefined, 'spec.stressngStressors': '--cpu 1' }) },
      /stressngStressors/,
    ],
  };
  for (const [sentence, [config, reason]] of Object.entries(none))
    it(`does not exist ${sentence}`, () => {
      expect(atIntensity(config, 0.5)).toEqual({ problem: expect.stringMatching(reason) });
    });

  it('is the config itself where it is the whole', () => {
    for (const name of SOUND_NAMES) {
      const config = { manifest: manifest(name) };
      const whole = atIntensity(config, 1);
      if ('config' in whole) expect(whole.config).toEqual(config);
    }
  });

  it('is sound where the whole is, and leaves the whole as it was', () => {
    const share = fc.integer({ min: 1, max: 1000 }).map((part) => part / 1000);
    fc.assert(
      fc.property(fc.constantFrom(...SOUND_NAMES), share, (name, part) => {
        const config = { manifest: manifest(name) };
        const scaled = atIntensity(config, part);
        expect(config).toEqual({ manifest: manifest(name) });
        const errors =
          'config' in scaled ? said(scaled.config.manifest).filter((line) => line.startsWith('error')) : [];
        expect(errors).toEqual([]);
      }),
    );
  });
});

describe('how long a Workflow may take', () => {
  const cases: Record<string, [changes: Record<string, unknown>, expected: number | undefined]> = {
    'is the sum of what it runs one after another': [{}, 70_000],
    'is the longest of what it runs at once': [{ 'spec.templates.0.templateType': 'Parallel' }, 30_000],
    'is the deadline above, where that is shorter': [{ 'spec.templates.0.deadline': '1m' }, 60_000],
    'is the deadline above, where something below has none': [
      { 'spec.templates.0.deadline': '5m', 'spec.templates.2.deadline': undefined },
      300_000,
    ],
    'is unknown where something has no deadline': [{ 'spec.templates.2.deadline': undefined }, undefined],
    'is unknown where it leads to itself': [{ 'spec.templates.0.children': ['kill', 'all'] }, undefined],
    'is unknown where something is not there': [{ 'spec.templates.0.children': ['gone'] }, undefined],
  };
  for (const [sentence, [changes, expected]] of Object.entries(cases))
    it(sentence, () => {
      expect(longestWorkflowMs(manifest('workflow', changes))).toBe(expected);
    });

  it('is found for a Schedule of one too', () => {
    expect(longestWorkflowMs(manifest('weekly'))).toBe(70_000);
  });

  it('is found soon, however many ways lead to a template', () => {
    const templates = Array.from({ length: 200 }, (_, index) => ({
      name: `t${index}`,
      templateType: 'Serial',
      children: index < 199 ? [`t${index + 1}`, `t${index + 1}`] : [],
    }));
    expect(longestWorkflowMs(manifest('workflow', { 'spec.entry': 't0', 'spec.templates': templates }))).toBe(0);
  });
});
