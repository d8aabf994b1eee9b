import { isFields, type Manifest } from '../manifest.ts';
import type { Findings } from './findings.ts';
import { checkMade, checkTimetable } from './timetable.ts';
import { checkWorkflow } from './workflow.ts';

/** Rules of a Schedule whose manifest a plan names: one run is made from its template. */
export function checkSchedule({ spec }: Manifest, findings: Findings): void {
  checkTimetable(spec, ['spec'], findings);
  if (spec['type'] !== 'Workflow') {
    checkMade(spec, 'Workflow, or a kind of fault such as PodChaos', ['spec'], findings);
    return;
  }
  const { workflow } = spec;
  if (isFields(workflow)) checkWorkflow(workflow, ['spec', 'workflow'], findings);
  else findings.error(['spec', 'workflow'], 'this is missing', { allowed: 'the spec of Workflow' });
}

/** Chaos Mesh admits a Schedule without looking at its Workflow. */
export function warnOfSilence({ kind, spec }: Manifest, findings: Findings): void {
  const broken = findings.list.some(({ severity, path }) => severity === 'error' && path[2] === 'workflow');
  if (kind !== 'Schedule' || spec['type'] !== 'Workflow' || !broken) return;
  findings.error(
    ['spec', 'type'],
    'Chaos Mesh would take this Schedule without looking at its Workflow: each run would then fail, with nothing but an event to tell of it',
  );
}
