import { parseCron } from '../cron.ts';
import { type Fields, isChaosKind, isFields, type ManifestPath, specKeyOf } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { checkOtherFaults } from './other-faults.ts';

/** Rules of what makes faults by a clock: a Schedule, and a template of that type, which Chaos Mesh does not look at when it admits it. */
export function checkTimetable(spec: Fields, path: ManifestPath, findings: Findings): void {
  const { schedule } = spec;
  if (typeof schedule === 'string' && !parseCron(schedule))
    findings.error([...path, 'schedule'], 'this is no cron expression', {
      found: shown(schedule),
      allowed: 'five fields, six with seconds first, or such as @every 10m or @weekly',
    });
  if (spec['historyLimit'] === undefined)
    findings.warning(
      [...path, 'historyLimit'],
      'without this Chaos Mesh deletes a finished run at once, and with it what it recorded',
      {
        hint: 'historyLimit: 3',
      },
    );
  if (spec['startingDeadlineSeconds'] === 0)
    findings.error([...path, 'startingDeadlineSeconds'], 'with this no run would ever be in time', {
      allowed: 'at least 1',
    });
}

/** Which fault is made. */
export function checkMade(spec: Fields, allowed: string, path: ManifestPath, findings: Findings): void {
  const { type } = spec;
  if (typeof type !== 'string') return;
  if (!isChaosKind(type)) {
    findings.error([...path, 'type'], 'there is no such kind', { found: shown(type), allowed });
    return;
  }
  const key = specKeyOf(type);
  if (!isFields(spec[key])) findings.error([...path, key], 'this is missing', { allowed: `the spec of ${type}` });
  checkOtherFaults(spec, type, path, findings);
}
