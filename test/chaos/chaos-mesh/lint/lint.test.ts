import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { manifest, SOUND_NAMES, said } from './manifests.ts';

it.each(SOUND_NAMES)('nothing is wrong with the sound %s', (name) => {
  const oneShot = { durationMs: undefined };
  expect(said(manifest(name), ['workflow', 'kill', 'containerKill', 'weekly'].includes(name) ? oneShot : {})).toEqual(
    [],
  );
});

describe('fields', () => {
  check({
    'of Chaos Mesh 1.x are named': [
      'kill',
      { 'spec.scheduler': { cron: '@every 2m' } },
      [/^error spec\.scheduler: `scheduler` is of Chaos Mesh 1\.x.*-> leave it out/],
    ],
    'that the kind does not have are told with those that it has': [
      'cpu',
      { 'spec.stressors.cpu.percent': 80 },
      [
        /^error spec\.stressors\.cpu\.percent: StressChaos has no field of this name here \[percent\] \(load, options, workers\)$/,
      ],
    ],
    'in the wrong case are guessed': [
      'partition',
      { 'spec.externaltargets': [] },
      [/^error spec\.externaltargets: .*-> did you mean externalTargets\?$/],
    ],
    'of the spec that stand beside it are not lost without a word': [
      'containerKill',
      { containerNames: ['worker'], 'spec.containerNames': undefined },
      [
        /^error containerNames: PodChaos has no field of this name here \[containerNames\] \(apiVersion, kind, metadata, spec, status\)/,
        /^error spec\.containerNames: container-kill needs the names/,
      ],
    ],
    'of the metadata are texts': [
      'kill',
      { 'metadata.labels': { tier: 1 } },
      [/^error metadata\.labels\.tier: expected a text \[1\] -> put it in quotes: "1"$/],
    ],
    'that a cluster adds are passed over': [
      'kill',
      { 'metadata.uid': 'a-b', 'metadata.creationTimestamp': '2026-11-22T10:00:00Z', status: {} },
      [],
    ],
    'that are needed are missed': [
      'kill',
      { 'spec.mode': undefined },
      [/^error spec\.mode: this is missing \(one, all,/],
    ],
    'are texts where the API wants texts': [
      'loss',
      { 'spec.loss.loss': 50 },
      [/^error spec\.loss\.loss: expected a text \[50\] -> put it in quotes: "50"$/],
    ],
    'are numbers where the API wants numbers': [
      'bandwidth',
      { 'spec.bandwidth.limit': '20000' },
      [/^error spec\.bandwidth\.limit: expected a whole number .*-> leave out the quotes$/],
    ],
    'are of a range': [
      'cpu',
      { 'spec.stressors.cpu.load': 101 },
      [/^error .*load: expected a whole number \[101\] \(0 to 100\)$/],
    ],
    'are words that the API knows': [
      'partition',
      { 'spec.direction': 'in' },
      [/^error spec\.direction: .*\["in"\] \(to, from, both\)$/],
    ],
    'are lists and maps where they are to be': [
      'partition',
      { 'spec.selector.labelSelectors': 'app=engine', 'spec.selector.namespaces': 'shop', 'spec.target': 'gateway' },
      [
        /^error spec\.selector\.namespaces: expected a list/,
        /^error spec\.selector\.labelSelectors: expected a map \["app=engine"\]/,
        /^error spec\.target: expected a map/,
        /^error spec\.selector\.namespaces: where the fault acts would depend/,
        /^error spec\.selector: this selects every pod/,
        /^warning spec\.action: without a target the pods are cut off from everything/,
      ],
    ],
  });
});

describe('kinds', () => {
  it('of no such name are refused', () => {
    expect(said({ ...manifest('kill'), kind: 'ChaosEngine' })).toEqual([
      expect.stringMatching(/^error kind: this is no kind of Chaos Mesh that could be run \["ChaosEngine"\]/),
    ]);
  });

  it('that are not proven are passed on with a word', () => {
    expect(said({ ...manifest('kill'), kind: 'JVMChaos', spec: { action: 'exception', class: 'Main' } })).toEqual([
      expect.stringMatching(/^warning : JVMChaos is passed on as it is/),
    ]);
  });

  it('of objects that are paused from the start are never injected', () => {
    const paused = { 'metadata.annotations': { 'experiment.chaos-mesh.org/pause': 'true' } };
    expect(said(manifest('kill', paused))).toEqual([expect.stringMatching(/^error metadata\.annotations\..*paused/)]);
  });
});

describe('selectors', () => {
  check({
    'take a number of pods in mode fixed': [
      'kill',
      { 'spec.mode': 'fixed' },
      [/^error spec\.value: mode fixed needs a number of pods .*\(a whole number from "1"\)$/],
    ],
    'may not take more pods than the plan allows': [
      'kill',
      { 'spec.mode': 'fixed', 'spec.value': '4' },
      [/^error spec\.value: this is more than the plan allows to touch \[4\] \(at most 3 \(limits\.maxTargets\)\)$/],
    ],
    'take a whole percentage': [
      'cpu',
      { 'spec.mode': 'fixed-percent', 'spec.value': '50%' },
      [/^error spec\.value: mode fixed-percent needs a whole number of percent \["50%"\] \("1" to "100"\)$/],
    ],
    'take no percentage above 100': [
      'cpu',
      { 'spec.mode': 'fixed-percent', 'spec.value': '101' },
      [/^error spec\.value/],
    ],
    'take no percentage of 0': [
      'cpu',
      { 'spec.mode': 'random-max-percent', 'spec.value': '0' },
      [/^error spec\.value/],
    ],
    'that draw by chance may strike nothing': [
      'cpu',
      { 'spec.mode': 'random-max-percent', 'spec.value': '50' },
      [/^warning spec\.mode: .*may be none/],
    ],
    'of a percentage of pods round up': [
      'failure',
      { 'spec.mode': 'fixed-percent', 'spec.value': '50' },
      [/^warning spec\.value: the number of pods is rounded up, and no PodDisruptionBudget .*\[50%: 2 of 3 pods\]/],
    ],
    'do not look at a value where the mode needs none': [
      'kill',
      { 'spec.value': '2' },
      [/^warning spec\.value: mode one does not look at this/],
    ],
    'stay in the namespaces of the plan': [
      'kill',
      { 'spec.selector.namespaces': ['shop', 'kube-system'] },
      [
        /^error spec\.selector\.namespaces: the plan does not let a fault act in the namespace kube-system .*\(shop \(limits/,
      ],
    ],
    'of targets do so too, and far ones are named by address': [
      'partition',
      { 'spec.target.selector.namespaces': ['temporal'] },
      [/^error spec\.target\.selector\.namespaces: .*namespace temporal .*externalTargets names them by address$/],
    ],
    'that name pods are in their namespaces': [
      'kill',
      { 'spec.selector': { pods: { other: ['a'] } } },
      [/^error spec\.selector\.pods: the plan does not let a fault act in the namespace other/],
    ],
    'that name no pod find none': [
      'kill',
      { 'spec.selector': { pods: { shop: [] } } },
      [/^error spec\.selector\.pods\.shop: this names no pod/],
    ],
    'of a number of pods say which': [
      'kill',
      { 'spec.mode': 'fixed' },
      [/^error spec\.value: mode fixed needs a number of pods \(a whole number from "1"\)$/],
    ],
    'say where they look': [
      'kill',
      { 'spec.selector.namespaces': undefined },
      [/^error spec\.selector\.namespaces: where the fault acts would depend on where Steadfast runs/],
    ],
    'without labels select whatever is there': [
      'cpu',
      { 'spec.selector.labelSelectors': {} },
      [/^error spec\.selector: this selects every pod of its namespace/],
    ],
    'that name pods do not look at labels': [
      'kill',
      { 'spec.selector.pods': { shop: ['engine-0'] } },
      [/^warning spec\.selector\.pods: where pods are named, Chaos Mesh looks at nothing else/],
    ],
    'have labels that can be labels': [
      'kill',
      { 'spec.selector.labelSelectors': { 'my app': 'a', app: 'not/possible' } },
      [/^error .*my app: no label can be called so/, /^error .*app: no label can have this value/],
    ],
    'have expressions that compare with something': [
      'kill',
      {
        'spec.selector.expressionSelectors': [
          { key: 'app', operator: 'In', values: [] },
          { key: 'app', operator: 'Exists', values: ['a'] },
        ],
      },
      [/expressionSelectors\.0\.values: In needs values/, /expressionSelectors\.1\.values: Exists takes no values/],
    ],
    'know the phases of pods': [
      'kill',
      { 'spec.selector.podPhaseSelectors': ['Runing', '!Pending'] },
      [/^error .*podPhaseSelectors\.0: there is no such phase/],
    ],
    "by AIBrix's gateway label find nothing": [
      'partition',
      {
        'spec.target.selector': {
          namespaces: ['aibrix-system'],
          labelSelectors: { 'app.kubernetes.io/name': 'gateway' },
        },
      },
      [/^error .*aibrix-system/, /^warning .*app\.kubernetes\.io\/name: AIBrix's gateway pods do not carry this label/],
    ],
    "by Strimzi's kind find more than brokers": [
      'partition',
      { 'spec.target.selector.labelSelectors': { 'strimzi.io/kind': 'Kafka' } },
      [/^warning .*strimzi\.io\/kind: not only brokers carry this label/],
    ],
    'by expressions mislead as others do': [
      'partition',
      {
        'spec.target.selector': {
          namespaces: ['shop'],
          expressionSelectors: [{ key: 'strimzi.io/kind', operator: 'In', values: ['Kafka'] }],
        },
      },
      [/^warning spec\.target\.selector\.expressionSelectors\.0\.values: not only brokers carry this label/],
    ],
    'by expressions have labels that can be labels': [
      'kill',
      {
        'spec.selector.expressionSelectors': [
          { key: 'my app', operator: 'Exists' },
          { key: 'app', operator: 'In', values: ['not/possible'] },
        ],
      },
      [/^error .*expressionSelectors\.0: no label can be called so/, /^error .*1: no label can have this value/],
    ],
    'of another cluster are refused': [
      'kill',
      { 'spec.remoteCluster': 'core' },
      [/^error spec\.remoteCluster: targets in another cluster/],
    ],
  });

  it('stay nowhere where the plan names no namespace', () => {
    const limits = { maxFaultMs: 1, maxTargets: 3, namespaces: [] };
    expect(said(manifest('kill'), { limits })).toEqual([expect.stringContaining('(none: limits.namespaces is empty)')]);
  });

  it("look in the object's namespace where they name none", () => {
    const changes = { 'spec.selector.namespaces': undefined, 'metadata.namespace': 'shop' };
    expect(said(manifest('kill', changes))).toEqual([]);
  });
});

describe('durations', () => {
  check({
    'of the plan take the place of those in a manifest': [
      'partition',
      { 'spec.duration': '60s' },
      [/^warning spec\.duration: the plan's duration counts.*\[60s\] -> .*30s$/],
    ],
    'that say the same are fine': ['partition', { 'spec.duration': '0.5m' }, []],
    'have no effect on what strikes once': [
      'kill',
      { 'spec.duration': '60s' },
      [/^warning spec\.duration: pod-kill strikes once: a duration has no effect/],
    ],
    'are durations of Go': [
      'cpu',
      { 'spec.duration': '1 minute' },
      [/^error spec\.duration: this is no duration \["1 minute"\]/],
    ],
    'that are none let TimeChaos never end': [
      'time',
      { 'spec.duration': '120' },
      [/^error spec\.duration: .*Chaos Mesh takes it all the same, and the fault then never ends/],
    ],
  });
});
