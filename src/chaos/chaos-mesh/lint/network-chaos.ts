import { isFields } from '../manifest.ts';
import { checkBandwidth } from './bandwidth.ts';
import { checkExternalTargets } from './external-targets.ts';
import { checkNetem } from './netem.ts';
import type { FaultSubject } from './rule.ts';

const NETEM = ['delay', 'loss', 'duplicate', 'corrupt', 'rate'];
const ACTIONS = ['partition', 'bandwidth', 'netem', 'delay', 'loss', 'duplicate', 'corrupt'];

/** Rules of NetworkChaos. */
export function checkNetworkChaos(subject: FaultSubject): void {
  if (!ACTIONS.includes(subject.fault.action ?? '')) return;
  checkDirection(subject);
  checkReach(subject);
  checkExternalTargets(subject);
  if (subject.fault.action === 'bandwidth') checkBandwidth(subject);
  else if (subject.fault.action !== 'partition') checkNetem(subject);
  checkUnused(subject);
}

function listed(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** Chaos Mesh does not look at a partition when it admits it; traffic control needs a target for the other direction. */
function checkDirection({ fault, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  const direction = spec['direction'];
  if ((direction !== 'from' && direction !== 'both') || action === 'partition') return;
  const at = [...path, 'direction'];
  if (!isFields(spec['target']))
    findings.error(
      at,
      `${action} with direction ${direction} needs a target: traffic is shaped where it leaves a pod`,
      {
        found: direction,
        hint: 'direction: to, or a target in the same cluster',
      },
    );
  if (spec['externalTargets'] !== undefined)
    findings.error(at, `${action} with direction ${direction} cannot have externalTargets: only a partition can`, {
      found: direction,
      hint: 'direction: to',
    });
}

/** What is aimed at nothing hits everything, and an answer to the kubelet too. */
function checkReach({ fault, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  if (isFields(spec['target']) || listed(spec['externalTargets'])) return;
  findings.warning(
    [...path, 'action'],
    action === 'partition'
      ? 'without a target the pods are cut off from everything, the probes of the kubelet too: containers may be restarted'
      : `without a target all that the pods send is hit by ${action}, answers to the probes of the kubelet too: containers may be restarted`,
    { hint: 'a target, or externalTargets' },
  );
}

const OF_ACTIONS = [...NETEM, 'bandwidth'];

/** Every netem parameter acts, whatever the action is called; those of another mechanism do not. */
function checkUnused({ fault, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  const isNetem = action !== 'partition' && action !== 'bandwidth';
  for (const key of OF_ACTIONS.filter((each) => spec[each] !== undefined && each !== action)) {
    if (action === 'netem' && key !== 'bandwidth') continue;
    if (isNetem && NETEM.includes(key))
      findings.warning([...path, key], `this acts too, though the action is ${action}`, {
        hint: 'action: netem, if both are meant',
      });
    else findings.warning([...path, key], `${action} does not look at this`);
  }
}
