import type { FaultSubject } from './rule.ts';

/** Rules of PodChaos. */
export function checkPodChaos({ fault, manifest, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  const names = spec['containerNames'];
  const namesContainers = Array.isArray(names) && names.length > 0;
  if (action === 'container-kill' && !namesContainers)
    findings.error([...path, 'containerNames'], 'container-kill needs the names of containers', {
      hint: 'the name in the pod template, which is often not that of the Deployment',
    });
  if (action !== 'container-kill' && namesContainers)
    findings.warning([...path, 'containerNames'], `${action} strikes the whole pod and does not look at this`);
  if (action === 'container-kill' && /oom/i.test(`${manifest.metadata.name} ${fault.name}`))
    findings.warning([...path, 'action'], 'container-kill is a plain kill and no OOM kill', {
      hint: "StressChaos with more memory than the container's limit, or another name",
    });
  checkGrace(action, spec['gracePeriod'], [...path, 'gracePeriod'], findings);
}

function checkGrace(
  action: string | undefined,
  grace: unknown,
  path: FaultSubject['fault']['path'],
  findings: FaultSubject['findings'],
): void {
  if (action === 'pod-kill' && grace === undefined)
    findings.warning(path, 'without this the pod is killed at once, and what it does on SIGTERM is not tried', {
      hint: 'gracePeriod: 30 to let it shut down, gracePeriod: 0 if it is to die at once',
    });
  if (action !== 'pod-kill' && grace !== undefined) findings.warning(path, `${action} does not look at this`);
}
