import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createResolver } from '../../lab/resolve.ts';
import { ALERT_RULES } from '../../src/slo/conventions.ts';
import { ALERTS_FILE } from '../../tools/generate-alerts.ts';

const RULES = fileURLToPath(ALERTS_FILE);
const run = promisify(execFile);
let promtool: string;

beforeAll(async () => {
  promtool = join(dirname((await createResolver()('prometheus')).path), 'promtool');
});

const series = (name: string, labels: string, values: string) => ({ series: `steadfast_${name}{${labels}}`, values });
const OBJECTIVE = 'plan="p",experiment="e",objective="o",phase="fault",severity="warning"';
const firing = (alertname: string, labels: string) =>
  `ALERTS{alertname="${alertname}",alertstate="firing"${labels === '' ? '' : `,${labels}`}}`;

/** A run that is young enough, so that only what a case is about fires. */
const recentRun = [
  series('run_start_timestamp_seconds', 'plan="p"', '0x4000'),
  series('run_end_timestamp_seconds', 'plan="p"', '0x4000'),
];

function verdict(metric: string, labels: string, held: string) {
  return ['pass', 'fail', 'inconclusive'].map((name) =>
    series(metric, `${labels},verdict="${name}"`, name === held ? '1x4000' : '0x4000'),
  );
}

interface Case {
  input: { series: string; values: string }[];
  at: string;
  fires: string[];
}

const cases: Record<string, Case> = {
  'nothing fires after a run that passed': {
    input: [
      ...recentRun,
      ...verdict('run_verdict', 'plan="p"', 'pass'),
      ...verdict('objective_verdict', OBJECTIVE, 'pass'),
    ],
    at: '1h',
    fires: [],
  },
  'an objective that failed fires with its own severity': {
    input: [
      ...recentRun,
      ...verdict('run_verdict', 'plan="p"', 'fail'),
      ...verdict('objective_verdict', OBJECTIVE, 'fail'),
    ],
    at: '1h',
    fires: [firing('SteadfastObjectiveFailed', OBJECTIVE)],
  },
  'an objective that could not be decided fires too': {
    input: [
      ...recentRun,
      ...verdict('run_verdict', 'plan="p"', 'inconclusive'),
      ...verdict('objective_verdict', OBJECTIVE, 'inconclusive'),
    ],
    at: '1h',
    fires: [firing('SteadfastObjectiveInconclusive', OBJECTIVE)],
  },
  'a run that proved nothing fires even where no objective tells': {
    input: [...recentRun, ...verdict('run_verdict', 'plan="p"', 'inconclusive')],
    at: '1h',
    fires: [firing('SteadfastRunInconclusive', 'plan="p",severity="critical"')],
  },
  'an aborted run fires, and so does a fault that was left behind': {
    input: [
      ...recentRun,
      series('run_aborted', 'plan="p"', '1x4000'),
      series('fault_left_behind', 'plan="p",experiment="e"', '1x4000'),
    ],
    at: '1h',
    fires: [
      firing('SteadfastRunAborted', 'plan="p",severity="critical"'),
      firing('SteadfastFaultLeftBehind', 'plan="p",experiment="e",severity="critical"'),
    ],
  },
  'a week without a run is no reason for an alert': { input: recentRun, at: '191h', fires: [] },
  'eight days without a run are': {
    input: recentRun,
    at: '193h',
    fires: [firing('SteadfastRunMissing', 'plan="p",severity="critical"')],
  },
  'no run ever fires without naming a plan': {
    input: [],
    at: '1h',
    fires: [firing('SteadfastRunMissing', 'severity="critical"')],
  },
  'results that vanish fire, since the alerts that rest on them resolve': {
    input: [
      series('run_start_timestamp_seconds', 'plan="p"', '0x12'),
      series('run_end_timestamp_seconds', 'plan="p"', '0x12'),
      ...verdict('objective_verdict', OBJECTIVE, 'fail').map(({ series }) => ({ series, values: '1x12' })),
    ],
    at: '3h',
    fires: [firing('SteadfastResultsLost', 'plan="p",severity="warning"')],
  },
  'results that stay lost end as a missing run': {
    input: [
      series('run_start_timestamp_seconds', 'plan="p"', '0x12'),
      series('run_end_timestamp_seconds', 'plan="p"', '0x12'),
    ],
    at: '193h',
    fires: [
      firing('SteadfastResultsLost', 'plan="p",severity="warning"'),
      firing('SteadfastRunMissing', 'plan="p",severity="critical"'),
    ],
  },
};

describe('the alerting rules', () => {
  test('are accepted by promtool, every one', async () => {
    const { stdout } = await run(promtool, ['check', 'rules', RULES]);

    expect(stdout).toContain(`SUCCESS: ${ALERT_RULES.length} rules found`);
  });

  test.concurrent.each(Object.entries(cases))('%s', async (_name, { input, at, fires }) => {
    const samples = fires.map((labels) => ({ labels, value: 1 }));
    const expected = { expr: 'ALERTS{alertstate="firing"}', eval_time: at, exp_samples: samples };
    const group = { interval: '5m', input_series: input, promql_expr_test: [expected] };
    const folder = await mkdtemp(join(tmpdir(), 'steadfast-alerts-'));
    const file = join(folder, 'alerts.test.yaml');
    await writeFile(file, stringify({ rule_files: [RULES], evaluation_interval: '5m', tests: [group] }));

    const answer = await run(promtool, ['test', 'rules', file]).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    await rm(folder, { recursive: true });

    expect(answer.stdout + answer.stderr).toMatch(/SUCCESS/);
  });
});
