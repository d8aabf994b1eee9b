import { OTHER_KINDS, specKeyOf } from '../manifest.ts';
import { anything, map, oneOf, type Shape, text, textByName, texts, truth, whole } from './shape.ts';

const selector = map({
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

const podSelector = {
  'selector*': selector,
  'mode*': oneOf('one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'),
  value: text,
};

/** What every fault that selects pods has. */
const ofPods = { ...podSelector, duration: text, remoteCluster: text };
const ofContainers = { ...ofPods, containerNames: texts };

const timestamp = map({ 'sec*': whole(), 'nsec*': whole() });

/** The specs of the kinds that are proven here; others are not looked into. */
const FAULTS: Readonly<Record<string, Shape>> = {
  PodChaos: map({
    ...ofContainers,
    'action*': oneOf('pod-kill', 'pod-failure', 'container-kill'),
    gracePeriod: whole(0),
  }),
  NetworkChaos: map({
    ...ofPods,
    'action*': oneOf('netem', 'delay', 'loss', 'duplicate', 'corrupt', 'partition', 'bandwidth'),
    direction: oneOf('to', 'from', 'both'),
    target: map(podSelector),
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
  }),
  StressChaos: map({
    ...ofContainers,
    stressngStressors: text,
    stressors: map({
      cpu: map({ 'workers*': whole(1, 8192), load: whole(0, 100), options: texts }),
      memory: map({ 'workers*': whole(1, 8192), size: text, oomScoreAdj: whole(-1000, 1000), options: texts }),
    }),
  }),
  IOChaos: map({
    ...ofContainers,
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
  }),
  TimeChaos: map({ ...ofContainers, 'timeOffset*': text, clockIds: texts }),
  HTTPChaos: map({
    ...ofPods,
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
  }),
  DNSChaos: map({ ...ofContainers, 'action*': oneOf('error', 'random'), patterns: texts }),
};

const embedded = Object.fromEntries([
  ...Object.entries(FAULTS).map(([kind, shape]): [string, Shape] => [specKeyOf(kind), shape]),
  ...OTHER_KINDS.map((kind): [string, Shape] => [specKeyOf(kind), anything]),
]);

const schedule = {
  'schedule*': text,
  'type*': text,
  concurrencyPolicy: oneOf('Forbid', 'Allow'),
  historyLimit: whole(1),
  startingDeadlineSeconds: whole(0),
  ...embedded,
};

const template = map({
  'name*': text,
  'templateType*': text,
  deadline: text,
  children: texts,
  task: map({ container: anything, volumes: anything, labels: textByName }),
  conditionalBranches: { is: 'list', of: map({ 'target*': text, expression: text }) },
  abortWithStatusCheck: truth,
  schedule: map(schedule),
  statusCheck: map({
    'type*': oneOf('HTTP'),
    mode: oneOf('Synchronous', 'Continuous'),
    duration: text,
    http: map({ 'url*': text, method: oneOf('GET', 'POST'), body: text, headers: anything, 'criteria*': anything }),
    ...{ failureThreshold: whole(1), successThreshold: whole(1) },
    ...{ intervalSeconds: whole(1), timeoutSeconds: whole(1), recordsHistoryLimit: whole(1, 1000) },
  }),
  ...embedded,
});

const workflow = map({ 'entry*': text, 'templates*': { is: 'list', of: template } });

/** What the spec of a kind may hold; `undefined` where the kind is not looked into. */
export function shapeOf(kind: string): Shape | undefined {
  if (kind === 'Workflow') return workflow;
  if (kind === 'Schedule') return map({ ...schedule, workflow });
  return FAULTS[kind];
}
