import type { ExperimentResult, ObjectiveResult, Report } from '../model/report.ts';
import { measuredText, targetText } from './phrases.ts';
import { oneLine } from './text.ts';
import { element, textElement } from './xml.ts';

type State = 'passed' | 'failure' | 'error' | 'skipped';

/** One `<testcase>`. `failure`: the system; `error`: the run itself, or a fault that may still be there; `skipped`: undecided. */
interface Case {
  name: string;
  classname: string;
  seconds: number;
  state: State;
  type: string;
  message: string;
  output?: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

/** `junit.xml`: a suite for each experiment, a case for each of its objectives, and one for the run where that ended badly. */
export function renderJunit(report: Report): string {
  const suites = suitesOf(report);
  const all = suites.flatMap((suite) => suite.cases);
  const root = element(
    'testsuites',
    { name: report.plan, ...counts(all) },
    suites.map((suite) => suiteElement(suite, report)),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function suitesOf(report: Report): Suite[] {
  const names = new Set([
    ...report.experiments.map(({ experiment }) => experiment),
    ...report.objectives.map(({ experiment }) => experiment),
  ]);
  const suites = [...names].map((name) => ({ name: `${report.plan}: ${name}`, cases: experimentCases(report, name) }));
  const run = runCases(report, suites);
  return [...suites, ...(run.length > 0 ? [{ name: `${report.plan}: run`, cases: run }] : [])];
}

function experimentCases(report: Report, name: string): Case[] {
  const experiment = report.experiments.find((candidate) => candidate.experiment === name);
  const objectives = report.objectives.filter((result) => result.experiment === name);
  const cases = objectives.map((result) => objectiveCase(report, result, experiment));
  return experiment?.leftBehind === undefined
    ? cases
    : [...cases, errorCase(`${report.plan}.${name}`, 'fault removed', 'left-behind', experiment.leftBehind)];
}

function objectiveCase(report: Report, result: ObjectiveResult, experiment: ExperimentResult | undefined): Case {
  const span = experiment?.phases[result.phase];
  return {
    name: result.objective,
    classname: `${report.plan}.${result.experiment}`,
    seconds: span ? (span.to - span.from) / 1000 : 0,
    state: stateOf(result),
    type: result.reason,
    message: result.text,
    output: describe(result),
  };
}

function stateOf({ verdict, reason }: ObjectiveResult): State {
  if (verdict === 'pass') return 'passed';
  if (verdict === 'fail') return 'failure';
  return reason === 'aborted' || reason === 'recording-cut' ? 'error' : 'skipped';
}

function describe(result: ObjectiveResult): string {
  const lines = [
    `${result.severity}, ${result.phase}: ${result.indicator}`,
    `measured ${measuredText(result)}, limit ${targetText(result.target)}`,
    ...result.notes,
  ];
  return lines.map(oneLine).join('\n');
}

/** What no objective can say: that the run was cut or aborted, or that nothing at all explains why it did not pass. */
function runCases(report: Report, suites: Suite[]): Case[] {
  const cases: Case[] = [];
  if (report.aborted !== undefined) cases.push(errorCase(report.plan, 'run completed', 'aborted', report.aborted));
  if (report.cut !== undefined) cases.push(errorCase(report.plan, 'recording complete', 'recording-cut', report.cut));
  const explained = cases.length > 0 || suites.some((suite) => suite.cases.some(({ state }) => state !== 'passed'));
  if (report.verdict === 'pass' || explained) return cases;
  const state = report.verdict === 'fail' ? 'failure' : 'skipped';
  return [{ ...errorCase(report.plan, 'verdict of the run', report.verdict, report.summary), state }];
}

function errorCase(classname: string, name: string, type: string, message: string): Case {
  return { classname, name, seconds: 0, state: 'error', type, message };
}

function suiteElement({ name, cases }: Suite, report: Report): string {
  const attributes = { name, ...counts(cases), timestamp: report.startedAt.replace(/(\.\d+)?Z$/, '') };
  return element('testsuite', attributes, [propertiesOf(report), ...cases.map(caseElement)]);
}

function propertiesOf({ run, digest, seed, version }: Report): string {
  const properties = Object.entries({ run, digest, seed, version });
  return element(
    'properties',
    {},
    properties.map(([name, value]) => element('property', { name, value })),
  );
}

function caseElement({ name, classname, seconds, state, type, message, output }: Case): string {
  const children: string[] = [];
  if (state === 'skipped') children.push(element('skipped', { message: oneLine(message) }));
  else if (state !== 'passed') children.push(element(state, { message: oneLine(message), type }));
  if (output !== undefined) children.push(textElement('system-out', output));
  return element('testcase', { name, classname, time: seconds.toFixed(3) }, children);
}

function counts(cases: Case[]) {
  const inState = (state: State) => cases.filter((one) => one.state === state).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  return {
    tests: cases.length,
    failures: inState('failure'),
    errors: inState('error'),
    skipped: inState('skipped'),
    time: seconds.toFixed(3),
  };
}
