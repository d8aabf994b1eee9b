/**
 * `make demo`: real servers, a real plan, a real fault, the verdict. `BREAK=NAME` plants the violation of one promise, `PLAN=FILE` runs
 * another plan on the servers that its variables name.
 */
import { basename, join, relative } from 'node:path';
import { type Break, breakNamed, breaks } from './demo/breaks.ts';
import { alertsAfter, type DemoRun, judgeBreak, runPlanOn, servicesOf, startDemoLab } from './demo/run-demo.ts';
import type { Lab } from './lab.ts';

const DEMO_PLAN = 'examples/demo.yaml';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const plan = process.env['PLAN'] || DEMO_PLAN;
const wanted = process.env['BREAK'] ?? '';
const planted = wanted === '' ? undefined : breakNamed(wanted);
if (wanted !== '' && (!planted || plan !== DEMO_PLAN)) refuseBreak();

// The child gets the terminal's Ctrl-C too and mends first; this process waits for it.
process.on('SIGINT', () => say('stopping: the fault is removed first, then the servers'));
const began = performance.now();
const lab = await startDemoLab((text) => void process.stderr.write(`${text}\n`), 'demo', await servicesOf(plan));
process.exitCode = await demonstrate(lab).finally(() => lab.stop());
say(`Nothing is left running. ${Math.round((performance.now() - began) / 1000)} s in all.`);

async function demonstrate(lab: Lab): Promise<number> {
  const folder = join('runs', planted ? `demo-${planted.objective}` : basename(plan, '.yaml'));
  const run = await runPlanOn(lab, plan, folder, planted, say);
  if (lab.variables['ALERTMANAGER_URL'] !== undefined) await showAlerts(lab, run);
  say(`Where to look:
  ${['report.md', 'report.json', 'junit.xml', 'timeline.ndjson'].map((file) => join(relative('.', folder), file)).join('\n  ')}
Judge it again: node dist/steadfast.js judge ${relative('.', folder)}`);
  return planted ? sayWhetherAsPlanted(run, planted) : run.exit;
}

async function showAlerts(lab: Lab, { report }: DemoRun): Promise<void> {
  const failed = report?.objectives.find(({ verdict }) => verdict === 'fail');
  const alerts = await alertsAfter(lab, failed && `SteadfastObjectiveFailed ${failed.objective}`);
  say(`In Alertmanager, by way of Pushgateway and Prometheus: ${alerts.join(', ') || 'no alert'}`);
}

function sayWhetherAsPlanted(run: DemoRun, broken: Break): number {
  const problem = judgeBreak(run, broken);
  say(problem ?? `As planted: exactly ${broken.objective} failed.`);
  return problem === undefined ? 0 : 1;
}

function refuseBreak(): never {
  say(plan === DEMO_PLAN ? `There is no BREAK ${wanted}. There are:` : `BREAK goes with ${DEMO_PLAN}. There are:`);
  for (const { objective, summary } of breaks) say(`  ${objective.padEnd(24)} ${summary}`);
  process.exit(64);
}
