/** `make demo`: real servers, a real plan, a real fault, the verdict. BREAK=NAME plants the violation of one promise. */
import { join, relative } from 'node:path';
import { breakNamed, breaks } from './demo/breaks.ts';
import { alertsAfter, judgeBreak, runPlanOn, startDemoLab } from './demo/run-demo.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const wanted = process.env['BREAK'] ?? '';
const planted = wanted === '' ? undefined : breakNamed(wanted);
if (wanted !== '' && !planted) {
  say(`There is no BREAK ${wanted}. There are:`);
  for (const { objective, summary } of breaks) say(`  ${objective.padEnd(24)} ${summary}`);
  process.exit(64);
}

// The child gets the terminal's Ctrl-C too and mends first; this process waits for it.
process.on('SIGINT', () => say('stopping: the fault is removed first, then the servers'));
const began = performance.now();
const lab = await startDemoLab(say);
let exit = 70;
try {
  const folder = join('runs', planted ? `demo-${planted.objective}` : 'demo');
  const run = await runPlanOn(lab, 'examples/demo.yaml', folder, planted, say);
  exit = run.exit;
  const alert = planted && `SteadfastObjectiveFailed ${planted.objective}`;
  const alerts = run.report ? await alertsAfter(lab, alert) : [];
  say(`In Alertmanager, by way of Pushgateway and Prometheus: ${alerts.join(', ') || 'no alert'}`);
  if (planted) {
    const problem = judgeBreak(run, planted);
    say(problem ?? `As planted: exactly ${planted.objective} failed.`);
    exit = problem === undefined ? 0 : 1;
  }
  say(`\nWhere to look:`);
  for (const file of ['report.md', 'report.json', 'junit.xml', 'timeline.ndjson'])
    say(`  ${join(relative('.', run.folder), file)}`);
  say(`  judge it again: npx steadfast judge ${run.folder}`);
} finally {
  await lab.stop();
}
say(`Nothing is left running. ${Math.round((performance.now() - began) / 1000)} s in all.`);
process.exit(exit);
