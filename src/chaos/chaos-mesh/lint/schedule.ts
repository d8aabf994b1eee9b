import { parseCron } from '../cron.ts';
import { type Fields, isChaosKind, isFields, type Manifest, specKeyOf } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { checkWorkflow } from './workflow.ts';

/** Rules of a Schedule whose manifest a plan names: one run is made from its template. */
export function checkSchedule({ spec }: Manifest, findings: Findings): void {
  const { schedule, type } = spec;
  if (typeof schedule === 'string' && !parseCron(schedule))
    findings.error(['spec', 'schedule'], 'this is no cron expression', {
      found: shown(schedule),
      allowed: 'five fields, six with seconds first, or such as @every 10m or @weekly',
    });
  if (spec['historyLimit'] === undefined)
    findings.warning(
      ['spec', 'historyLimit'],
      'without this Chaos Mesh deletes a finished run at once, and with it what it recorded',
      {
        hint: 'historyLimit: 3',
      },
    );
  if (spec['startingDeadlineSeconds'] === 0)
    findings.error(['spec', 'startingDeadlineSeconds'], 'with this no run would ever be in time', {
      allowed: 'at least 1',
    });
  if (typeof type === 'string') checkType(spec, type, findings);
}

function checkType(spec: Fields, type: string, findings: Findings): void {
  const key = type === 'Workflow' ? 'workflow' : specKeyOf(type);
  if (type !== 'Workflow' && !isChaosKind(type)) {
    findings.error(['spec', 'type'], 'there is no such kind', {
      found: shown(type),
      allowed: 'Workflow, or a kind of fault such as PodChaos',
    });
    return;
  }
  const inner = spec[key];
  if (!isFields(inner)) {
    findings.error(['spec', key], 'this is missing', { allowed: `the spec of ${type}` });
    return;
  }
  if (type === 'Workflow') checkWorkflow(inner, ['spec', 'workflow'], findings);
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
