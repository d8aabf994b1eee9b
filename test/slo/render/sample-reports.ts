import type { ExperimentResult, ObjectiveResult, Report } from '../../../src/slo/model/report.ts';

const partition: ExperimentResult = {
  experiment: 'partition',
  driver: 'chaos-mesh',
  oneShot: false,
  status: 'ran',
  proof: { state: 'proven', text: '412 packets dropped between the very pods' },
  phases: {
    steady: { from: 0, to: 60_000 },
    fault: { from: 61_250, to: 91_300 },
    recovery: { from: 92_000, to: 182_000 },
    impact: { from: 60_000, to: 182_000 },
    run: { from: 0, to: 182_000 },
  },
  injectionMs: 1250,
  removalMs: 700,
  evidence: [
    { of: 'mechanism', holds: true, at: 61_250, text: '412 packets dropped', values: { packets: 412 } },
    { of: 'note', at: 61_300, text: 'two pods selected' },
  ],
};

const portOpen: ObjectiveResult = {
  objective: 'port-open-before',
  experiment: 'partition',
  phase: 'steady',
  severity: 'critical',
  verdict: 'pass',
  reason: 'met',
  text: 'all 300 samples were good',
  indicator: 'share of good engine-port samples',
  measurement: { low: 1, high: 1, unit: 'ratio', good: 300, bad: 0, missing: 0, seen: 300 },
  target: { op: 'atLeast', low: 1, high: 1, unit: 'ratio', text: '100%' },
  margin: 0,
  notes: [],
};

const recovers: ObjectiveResult = {
  objective: 'recovers',
  experiment: 'partition',
  phase: 'recovery',
  severity: 'critical',
  verdict: 'pass',
  reason: 'met',
  text: 'recovered after 3.1s to 4.2s',
  indicator: 'time until kv-events is good again',
  measurement: { low: 3100, high: 4200, unit: 'ms', good: 86, bad: 4, missing: 0, seen: 90 },
  target: { op: 'atMost', low: 30_000, high: 30_000, unit: 'ms', text: '30s' },
  margin: 25_800,
  notes: [],
};

const asFastAsBefore: ObjectiveResult = {
  objective: 'as-fast-as-before',
  experiment: 'partition',
  phase: 'recovery',
  severity: 'warning',
  verdict: 'inconclusive',
  reason: 'reference-empty',
  text: 'the baseline ttft-before has no series',
  indicator: 'median of ttft.value',
  notes: ['the query was answered with an empty result'],
};

const PASS: Report = {
  schema: 'steadfast/report/v1',
  run: '20261122-020000-7f3a',
  plan: 'kv-event-sync',
  labels: { team: 'inference' },
  digest: 'sha256:4be1',
  seed: 7,
  version: '0.1.0',
  startedAt: '2026-11-22T02:00:00.000Z',
  endedAt: '2026-11-22T02:03:02.500Z',
  verdict: 'pass',
  summary: '2 of 2 critical objectives held',
  injectedAnything: true,
  experiments: [partition],
  objectives: [portOpen, recovers, asFastAsBefore],
  baselines: [
    {
      baseline: 'ttft-before',
      query: 'max(rate(a[1m]) or b|c)',
      low: null,
      high: null,
      points: 0,
      problem: 'no series',
    },
  ],
  probes: [
    {
      probe: 'engine-port',
      vantage: 'gateway',
      due: 910,
      good: 758,
      bad: 152,
      missing: 0,
      reasons: [{ reason: 'refused', count: 152 }],
    },
    {
      probe: 'kv-events',
      vantage: 'runner',
      due: 182,
      good: 180,
      bad: 0,
      missing: 2,
      reasons: [{ reason: 'late', count: 2 }],
    },
  ],
  deliveries: [{ exporter: 'pushgateway', target: 'http://pushgateway:9091', state: 'delivered' }],
};

const tooSlow: ObjectiveResult = {
  ...recovers,
  verdict: 'fail',
  reason: 'missed',
  text: 'recovered only after 30.001s, 1ms too late',
  measurement: { ...recovers.measurement!, low: 30_001, high: 30_001 },
  margin: -1,
};

const FAIL: Report = {
  ...PASS,
  verdict: 'fail',
  summary: '1 of 2 critical objectives failed: recovers',
  objectives: [portOpen, tooSlow, asFastAsBefore],
  deliveries: [
    { exporter: 'pushgateway', target: 'http://pushgateway:9091', state: 'failed', reason: 'connection refused' },
  ],
};

const INCONCLUSIVE: Report = {
  ...PASS,
  verdict: 'inconclusive',
  summary: '1 of 2 critical objectives could not be decided: recovers',
  experiments: [
    { ...partition, proof: { state: 'not-proven', text: 'no packet was dropped' } },
    {
      experiment: 'delay',
      driver: 'toxiproxy',
      oneShot: false,
      status: 'not-run',
      reason: 'the recovery of partition did not pass',
      proof: { state: 'not-injected', text: 'never requested' },
      phases: {},
      evidence: [],
    },
  ],
  objectives: [
    portOpen,
    {
      ...recovers,
      verdict: 'inconclusive',
      reason: 'limit-inside-interval',
      text: 'the limit of 30s lies between 29s and unbounded; an interval of 500ms would decide it',
      measurement: { low: 29_000, high: null, unit: 'ms', good: 20, bad: 31, missing: 39, seen: 51 },
      target: { op: 'atMost', low: 29_500, high: 31_000, unit: 'ms', text: '1.2 times ttft-before' },
    },
    {
      ...portOpen,
      experiment: 'delay',
      verdict: 'inconclusive',
      reason: 'not-run',
      text: 'the experiment was not run',
    },
  ],
};
delete INCONCLUSIVE.objectives[1]!.margin;
delete INCONCLUSIVE.objectives[2]!.measurement;

const ABORTED: Report = {
  ...PASS,
  verdict: 'inconclusive',
  summary: 'aborted by SIGTERM; nothing is proven',
  aborted: 'SIGTERM',
  experiments: [{ ...partition, status: 'aborted', reason: 'SIGTERM' }],
  objectives: [portOpen, { ...recovers, verdict: 'inconclusive', reason: 'aborted', text: 'the run was aborted' }],
};

const LEFT_BEHIND: Report = {
  ...ABORTED,
  summary: 'the fault may still be there',
  experiments: [
    { ...partition, status: 'aborted', reason: 'SIGTERM', leftBehind: 'deletion was not confirmed within 30s' },
  ],
};

export const HOSTILE = '|a`b<c>&"\']]>\u001b[31m\u0000\n# [x](y) \ud800 \u202e _z_';

const NOTHING: Report = {
  ...PASS,
  verdict: 'inconclusive',
  summary: 'no objectives, so nothing is proven',
  injectedAnything: false,
  cut: 'the last line has no newline',
  labels: {},
  experiments: [],
  objectives: [],
  baselines: [],
  probes: [],
  deliveries: [],
};
delete NOTHING.endedAt;

const HOSTILE_NAMES: Report = {
  ...FAIL,
  plan: HOSTILE,
  run: HOSTILE,
  summary: HOSTILE,
  aborted: HOSTILE,
  labels: { [HOSTILE]: HOSTILE },
  experiments: [
    {
      ...partition,
      experiment: HOSTILE,
      driver: HOSTILE,
      leftBehind: HOSTILE,
      reason: HOSTILE,
      proof: { state: 'not-proven', text: HOSTILE },
      evidence: [{ of: 'mechanism', holds: false, at: 1, text: HOSTILE, values: { [HOSTILE]: 1 } }],
    },
  ],
  objectives: [
    { ...tooSlow, objective: HOSTILE, experiment: HOSTILE, text: HOSTILE, indicator: HOSTILE, notes: [HOSTILE] },
    { ...asFastAsBefore, objective: HOSTILE, text: HOSTILE },
  ],
  baselines: [{ baseline: HOSTILE, query: HOSTILE, low: 1, high: 2, points: 3 }],
  probes: [
    { probe: HOSTILE, vantage: HOSTILE, due: 1, good: 0, bad: 1, missing: 0, reasons: [{ reason: HOSTILE, count: 1 }] },
  ],
  deliveries: [{ exporter: HOSTILE, target: HOSTILE, state: 'failed', reason: HOSTILE }],
};

/** Hand-made reports, one for each way in which a run can end. */
export const SAMPLE_REPORTS = {
  pass: PASS,
  fail: FAIL,
  inconclusive: INCONCLUSIVE,
  aborted: ABORTED,
  'left-behind': LEFT_BEHIND,
  nothing: NOTHING,
  hostile: HOSTILE_NAMES,
} satisfies Record<string, Report>;
