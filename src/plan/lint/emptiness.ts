import { entriesOf, isRecord, type Work } from '../work.ts';

/** A plan in which nothing can fail proves nothing. Looks at what is written, so that a mistake inside does not count twice. */
export function checkEmptiness(work: Work): void {
  const lists = [
    ['probes', 'this plan has no probes: nothing is measured'],
    ['experiments', 'this plan has no experiments: nothing is broken'],
    ['objectives', 'this plan has no objectives: nothing is judged'],
  ] as const;
  for (const [list, message] of lists) {
    const written = work.spec[list];
    const empty = written === undefined || written === null || (Array.isArray(written) && written.length === 0);
    if (empty) work.problems.error(['spec', list], message);
  }
  checkCritical(work);
}

function checkCritical(work: Work): void {
  const objectives = entriesOf(work, 'objectives');
  const allWarnings = objectives.every(({ value }) => isRecord(value) && value['severity'] === 'warning');
  if (objectives.length > 0 && allWarnings)
    work.problems.error(['spec', 'objectives'], 'no objective is critical: nothing decides the outcome', {
      hint: 'leave out "severity: warning" where a miss must fail the run',
    });
}
