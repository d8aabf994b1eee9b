import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { type Fields, isChaosKind, isFields, type ManifestPath, specKeyOf } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { checkOtherFaults } from './other-faults.ts';
import { checkMade, checkTimetable } from './timetable.ts';
import { checkStructure } from './workflow-structure.ts';

const TYPES = ['Serial', 'Parallel', 'Suspend', 'Task', 'StatusCheck', 'Schedule'];
/** Bounds how deep one can lead to another. */
const MOST_TEMPLATES = 500;
/** What only templates of one type have. */
const OWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  children: ['Serial', 'Parallel'],
  task: ['Task'],
  conditionalBranches: ['Task'],
  schedule: ['Schedule'],
  statusCheck: ['StatusCheck'],
};

/** Rules of a Workflow. A Schedule of one is made without a word even if these are broken, and then makes nothing. */
export function checkWorkflow(spec: Fields, path: ManifestPath, findings: Findings): void {
  const templates = Array.isArray(spec['templates']) ? spec['templates'] : [];
  if (templates.length > MOST_TEMPLATES) {
    findings.error([...path, 'templates'], 'these are more templates than anybody could follow', {
      found: `${templates.length}`,
      allowed: `at most ${MOST_TEMPLATES}`,
    });
    return;
  }
  checkStructure(spec, path, findings);
  for (const [index, template] of templates.entries())
    if (isFields(template)) checkTemplate(template, [...path, 'templates', index], findings);
}

function checkTemplate(template: Fields, path: ManifestPath, findings: Findings): void {
  const type = template['templateType'];
  if (typeof type !== 'string') return;
  const isChaos = isChaosKind(type);
  if (!isChaos && !TYPES.includes(type)) {
    findings.error([...path, 'templateType'], 'there is no such type of template', {
      found: shown(type),
      allowed: `${TYPES.join(', ')}, or a kind of fault such as PodChaos`,
    });
    return;
  }
  checkDeadline(template, type, isChaos, path, findings);
  if (isChaos) checkEmbedded(template, type, path, findings);
  for (const [field, types] of Object.entries(OWN_FIELDS))
    if (template[field] !== undefined && !types.includes(type))
      findings.error([...path, field], `a template of type ${type} has none`, {
        allowed: `only in ${types.join(', ')}`,
      });
  checkOtherFaults(template, type, path, findings);
  if (type === 'Schedule') checkScheduled(template['schedule'], [...path, 'schedule'], findings);
  if (type === 'Task' && !isFields(template['task']))
    findings.error([...path, 'task'], 'this is missing', { allowed: 'what a Task does' });
  if (type === 'StatusCheck' && !isFields(template['statusCheck']))
    findings.error([...path, 'statusCheck'], 'this is missing', { allowed: 'what is asked, by HTTP' });
}

function checkScheduled(schedule: unknown, path: ManifestPath, findings: Findings): void {
  if (!isFields(schedule)) {
    findings.error(path, 'this is missing', { allowed: 'what a Schedule does' });
    return;
  }
  checkTimetable(schedule, path, findings);
  checkMade(schedule, 'a kind of fault such as PodChaos', path, findings);
}

function checkDeadline(template: Fields, type: string, isChaos: boolean, path: ManifestPath, findings: Findings): void {
  const { deadline } = template;
  const at = [...path, 'deadline'];
  if (typeof deadline === 'string' && deadline !== '') {
    const ms = goDurationMs(deadline);
    if (ms === undefined || ms <= 0)
      findings.error(at, 'this is no duration', { found: shown(deadline), allowed: GO_DURATION });
    return;
  }
  if (type === 'Suspend')
    findings.error(at, 'a pause needs a deadline, and Chaos Mesh refuses one without', { hint: 'deadline: 30s' });
  if (isChaos || type === 'Schedule')
    findings.error(at, 'without a deadline this would run for ever: a duration does not end it', {
      hint: 'deadline: 30s',
    });
}

/** Chaos Mesh refuses a duration inside: the deadline is the duration. */
function checkEmbedded(template: Fields, type: string, path: ManifestPath, findings: Findings): void {
  const key = specKeyOf(type);
  const spec = template[key];
  if (!isFields(spec)) {
    findings.error([...path, key], 'this is missing', { allowed: `the spec of ${type}` });
    return;
  }
  if (spec['duration'] !== undefined)
    findings.error([...path, key, 'duration'], 'inside a Workflow a fault has no duration, and Chaos Mesh refuses it', {
      found: shown(spec['duration']),
      hint: `deadline: ${typeof spec['duration'] === 'string' ? spec['duration'] : '30s'}, beside templateType`,
    });
}
