import { OTHER_KINDS, specKeyOf } from '../manifest.ts';
import { anything, map, oneOf, type Shape, text, textByName, texts, truth, whole } from './shape.ts';

// Made when a manifest is looked into, and not when the program starts.

function selector(): Shape {
  return map({
    annotationSelectors: textByName,
    expressionSelectors: {
      is: 'list',
      of: map({ 'key*': text, 'operator*': oneOf('In', 'NotIn', 'Exists', 'DoesNotExist'), values: texts }),
    },
    fieldSelectors: textByName,
    labelSelectors: textByName,
    namespaces: texts,
    nodeSelectors: textByName,
    nodes: texts,
    podPhaseSelectors: texts,
    pods: { is: 'names', to: texts },
  });
}

function podSelector(): Record<string, Shape> {
  return {
    'selector*': selector(),
    'mode*': oneOf('one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'),
    value: text,
  };
}

/** What every fault that selects pods has. */
function ofPods(): Record<string, Shape> {
  return { ...podSelector(), duration: text, remoteCluster: text };
}

function ofContainers(): Record<string, Shape> {
  return { ...ofPods(), containerNames: texts };
}

/** The specs of the kinds that are proven here; others are not looked into. */
const FAULTS: Readonly<Record<string, () => Shape>> = {
  PodChaos: podChaos,
  NetworkChaos: networkChaos,
  StressChaos: stressChaos,
  IOChaos: ioChaos,
  TimeChaos: timeChaos,
  HTTPChaos: httpChaos,
  DNSChaos: dnsChaos,
};

function podChaos(): Shape {
  return map({
    ...ofContainers(),
    'action*': oneOf('pod-kill', 'pod-failure', 'container-kill'),
    gracePeriod: whole(0),
  });
}

function networkChaos(): Shape {
  return map({
    ...ofPods(),
    'action*': oneOf('netem', 'delay', 'loss', 'duplicate', 'corrupt', 'partition', 'bandwidth'),
    direction: oneOf('to', 'from', 'both'),
    target: map(podSelector()),
    externalTargets: texts,
    device: text,
    targetDevice: text,
    delay: map({
      'latency*': text,
      jitter: text,
      correlation: text,
      reorder: map({ 'reorder*': text, 'gap*': whole(), correlation: text }),
    }),
    loss: map({ 'loss*': text, correlation: text }),
    duplicate: map({ 'duplicate*': text, correlation: text }),
    corrupt: map({ 'corrupt*': text, correlation: text }),
    rate: map({ 'rate*': text }),
    bandwidth: map({
      'rate*': text,
      'limit*': whole(1),
      'buffer*': whole(1),
      peakrate: whole(0),
      minburst: whole(0),
    }),
  });
}

function stressChaos(): Shape {
  return map({
    ...ofContainers(),
    stressngStressors: text,
    stressors: map({
      cpu: map({ 'workers*': whole(1, 8192), load: whole(0, 100), options: texts }),
      memory: map({ 'workers*': whole(1, 8192), size: text, oomScoreAdj: whole(-1000, 1000), options: texts }),
    }),
  });
}

function ioChaos(): Shape {
  const timestamp = map({ 'sec*': whole(), 'nsec*': whole() });
  return map({
    ...ofContainers(),
    'action*': oneOf('latency', 'fault', 'attrOverride', 'mistake'),
    'volumePath*': text,
    path: text,
    percent: whole(0, 100),
    methods: texts,
    delay: text,
    errno: whole(0),
    attr: map({
      ...{ atime: timestamp, ctime: timestamp, mtime: timestamp, kind: text },
      ...{ blocks: whole(), gid: whole(), ino: whole(), nlink: whole(), perm: whole() },
      ...{ rdev: whole(), size: whole(), uid: whole() },
    }),
    mistake: map({ filling: oneOf('zero', 'random'), maxLength: whole(1), maxOccurrences: whole(1) }),
  });
}

function timeChaos(): Shape {
  return map({ ...ofContainers(), 'timeOffset*': text, clockIds: texts });
}

function httpChaos(): Shape {
  return map({
    ...ofPods(),
    'target*': oneOf('Request', 'Response'),
    ...{ port: whole(), method: text, path: text, code: whole() },
    ...{ abort: truth, delay: text },
    request_headers: textByName,
    response_headers: textByName,
    patch: map({
      body: map({ 'type*': text, 'value*': text }),
      headers: { is: 'list', of: texts },
      queries: { is: 'list', of: texts },
    }),
    replace: map({
      ...{ body: text, code: whole(), method: text, path: text },
      headers: textByName,
      queries: textByName,
    }),
    tls: map({
      ...{ 'certName*': text, 'keyName*': text, caName: text },
      ...{ 'secretName*': text, 'secretNamespace*': text },
    }),
  });
}

function dnsChaos(): Shape {
  return map({ ...ofContainers(), 'action*': oneOf('error', 'random'), patterns: texts });
}

function embedded(): Record<string, Shape> {
  return Object.fromEntries([
    ...Object.entries(FAULTS).map(([kind, shape]): [string, Shape] => [specKeyOf(kind), shape()]),
    ...OTHER_KINDS.map((kind): [string, Shape] => [specKeyOf(kind), anything]),
  ]);
}

function schedule(): Record<string, Shape> {
  return {
    'schedule*': text,
    'type*': text,
    concurrencyPolicy: oneOf('Forbid', 'Allow'),
    historyLimit: whole(1),
    startingDeadlineSeconds: { is: 'whole', least: 0, orNothing: true },
    ...embedded(),
  };
}

function template(): Shape {
  return map({
    'name*': text,
    'templateType*': text,
    deadline: text,
    children: texts,
    task: map({ container: anything, volumes: anything, labels: textByName }),
    conditionalBranches: { is: 'list', of: map({ 'target*': text, expression: text }) },
    abortWithStatusCheck: truth,
    schedule: map(schedule()),
    statusCheck: map({
      'type*': oneOf('HTTP'),
      mode: oneOf('Synchronous', 'Continuous'),
      duration: text,
      http: map({ 'url*': text, method: oneOf('GET', 'POST'), body: text, headers: anything, 'criteria*': anything }),
      ...{ failureThreshold: whole(1), successThreshold: whole(1) },
      ...{ intervalSeconds: whole(1), timeoutSeconds: whole(1), recordsHistoryLimit: whole(1, 1000) },
    }),
    ...embedded(),
  });
}

function workflow(): Shape {
  return map({ 'entry*': text, 'templates*': { is: 'list', of: template() } });
}

/** What stands around the spec. What a cluster adds to an object that is read from it is passed over. */
export function objectShape(): Shape {
  const added = ['creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'selfLink', 'uid'];
  return map({
    ...{ apiVersion: text, kind: text, spec: anything, status: anything },
    metadata: map({
      ...{ name: text, generateName: text, namespace: text, labels: textByName, annotations: textByName },
      ...Object.fromEntries([...added, 'finalizers', 'ownerReferences'].map((key) => [key, anything])),
    }),
  });
}

/** What the spec of a kind may hold; `undefined` where the kind is not looked into. */
export function shapeOf(kind: string): Shape | undefined {
  if (kind === 'Workflow') return workflow();
  if (kind === 'Schedule') return map({ ...schedule(), workflow: workflow() });
  return FAULTS[kind]?.();
}
