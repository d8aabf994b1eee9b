import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { openStage, textsBelow, untilState } from './started.ts';

describe.concurrent('steadfast run', () => {
  it('leaves the folder of an earlier run as it is and asks for another', async () => {
    await using stage = await openStage();
    const plan = stage.writePlan(stage.planText('first'));
    const first = await stage.start(['run', plan, '--out', 'out']).ended;
    const left = textsBelow(stage.in('out'));
    writeFileSync(plan, stage.planText('first').replace('20%', '30%'));

    const again = await stage.start(['run', plan, '--out', 'out']).ended;

    expect(first.exit, first.output).toBe(EXIT.pass);
    expect(again.exit, again.output).toBe(EXIT.badPlan);
    expect(again.output).toContain('out holds a run already, which stays as it is: name another folder with --out\n');
    expect(textsBelow(stage.in('out'))).toBe(left);
  });

  it('finds a taken folder of any plan of a suite before the first one starts', async () => {
    await using stage = await openStage();
    const plans = stage.writePlan(`${stage.planText('one')}---\n${stage.planText('two')}`);
    writeFileSync(stage.in('file'), '');

    const { exit, output } = await stage.start(['run', plans, '--out', 'file']).ended;

    expect(exit, output).toBe(EXIT.badPlan);
    expect(output).toContain('file/one cannot take the files of a run (ENOTDIR): name another with --out\n');
  });

  it('is not ready where nobody can look for what an earlier run left behind', async () => {
    await using stage = await openStage();
    writeFileSync(stage.in('file'), '');
    const plan = stage.writePlan(stage.planText('blind'));

    const { exit, output } = await stage.start(['run', plan, '--out', 'out'], { STEADFAST_STATE: 'file' }).ended;

    expect(exit, output).toBe(EXIT.notReady);
    expect(output).toContain('file/faults, where faults are recorded, cannot be read: ENOTDIR');
  });

  it.each([
    ['probe', 'the probe api', (plan: string) => plan.replace('/"}', '/", caFile: /no/such.pem}')],
    ['source', 'the source prom', (plan: string) => plan.replace('  probes:', `${SOURCE}\n  probes:`)],
  ])('reports a %s that cannot be opened as an environment that is not ready', async (_kind, what, change) => {
    await using stage = await openStage();
    const plan = stage.writePlan(change(stage.planText('closed')));

    const { exit, output } = await stage.start(['run', plan, '--out', 'out']).ended;
    const judged = await stage.start(['judge', 'out']).ended;

    const why = `${what} could not be opened: cannot read /no/such.pem: ENOENT`;
    expect(exit, output).toBe(EXIT.notReady);
    expect(output).toContain(`frozen: not run, ${why}`);
    expect(readFileSync(stage.in('out', 'report.json'), 'utf8')).toContain(why);
    expect(judged.exit, judged.output).toBe(EXIT.notReady);
  });

  it('removes the fault and reports when the timeline can grow no more', async () => {
    await using stage = await openStage();
    const plan = stage.writePlan(stage.planText('full').replace('100ms', '20ms'));

    // Kilobytes: the timeline reaches them while the fault is in effect, the reports do not.
    const { exit, output } = await stage.shell(`ulimit -f 12; exec "$0" "$1" run ${plan} --out out`).ended;

    expect(exit, output).toBe(EXIT.aborted);
    expect(output).toContain('aborted: the timeline cannot be written: EFBIG');
    expect(stage.victimRuns()).toBe(true);
    expect(JSON.parse(readFileSync(stage.in('out', 'report.json'), 'utf8'))).toMatchObject({
      verdict: 'inconclusive',
      aborted: expect.stringContaining('the timeline cannot be written'),
      cut: expect.stringContaining('the timeline could not be written'),
    });
  });

  it('goes on when its log cannot be written', async () => {
    await using stage = await openStage();
    const plan = stage.writePlan(stage.planText('mute'));

    const { ended } = stage.shell(`exec "$0" "$1" run ${plan} --out out --log-format json 2>/dev/full`);
    const { exit, output } = await ended;

    expect(exit, output).toBe(EXIT.pass);
  });

  it('removes the fault once, however often it is told to stop, and names the plans that did not run', async () => {
    await using stage = await openStage();
    const plans = stage.writePlan(`${stage.planText('one')}---\n${stage.planText('two')}`);
    const { child, ended } = stage.start(['run', plans, '--out', 'out']);
    await untilState(stage.in('out', 'one'), 'injected');

    for (const signal of ['SIGTSTP', 'SIGINT', 'SIGINT', 'SIGHUP'] as const) child.kill(signal);
    const { exit, output } = await ended;

    expect(exit, output).toBe(EXIT.aborted);
    expect(output).toContain('A run cannot be suspended');
    expect(stage.victimRuns()).toBe(true);
    expect(JSON.parse(readFileSync(stage.in('out', 'suite.json'), 'utf8'))).toMatchObject({
      plans: [
        { plan: 'one', exit: EXIT.aborted },
        { plan: 'two', verdict: 'not run' },
      ],
    });
  });

  it('shows a secret nowhere, wherever the plan repeats it', async () => {
    await using stage = await openStage();
    writeFileSync(stage.in('file'), '');
    const plan = stage
      .planText('discreet')
      .replace('name: discreet', `name: discreet, labels: {key: "\${API_TOKEN}"}`)
      .replace('  probes:', `${SOURCE.replace(', caFile: /no/such.pem', '')}\n  probes:`);
    const query = `{query: "up{key=\\"\${API_TOKEN}\\"}", source: prom, stat: max}`;
    const text = `${plan}    - {name: asked, phase: recovery, indicator: ${query}, atMost: 1, severity: warning}
  exporters:
    - {type: file, config: {dir: "file/\${API_TOKEN}"}}
`;

    const { exit, output } = await stage.start(['run', stage.writePlan(text), '--out', 'out'], {
      API_TOKEN: 'hunter2hunter2',
    }).ended;

    expect(exit, output).toBe(EXIT.pass);
    expect(output).toContain('not delivered: file ');
    expect(output + textsBelow(stage.in('out'))).not.toContain('hunter2');
  });

  it('is not misled by a secret that is the name of an experiment', async () => {
    await using stage = await openStage();
    const plan = stage.writePlan(stage.planText('namesake').replace('/"}', '/", headers: {X-Key: frozen}}'));

    const { exit, output } = await stage.start(['run', plan, '--out', 'out']).ended;

    expect(exit, output).toBe(EXIT.pass);
  });
});

const SOURCE = `  sources:
    - {name: prom, type: prometheus, config: {url: "http://127.0.0.1:1", caFile: /no/such.pem}}`;
