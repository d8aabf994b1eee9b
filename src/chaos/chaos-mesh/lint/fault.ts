import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { isOneShotFault, type ManifestFault, type ManifestPath } from '../manifest.ts';
import { checkDnsChaos } from './dns-chaos.ts';
import { shown } from './findings.ts';
import { checkHttpChaos } from './http-chaos.ts';
import { checkIoChaos } from './io-chaos.ts';
import { checkNetworkChaos } from './network-chaos.ts';
import { checkPodChaos } from './pod-chaos.ts';
import type { FaultSubject } from './rule.ts';
import { checkSelectors } from './selector.ts';
import { checkStressChaos } from './stress-chaos.ts';
import { checkTimeChaos } from './time-chaos.ts';

const RULES: Readonly<Record<string, (subject: FaultSubject) => void>> = {
  PodChaos: checkPodChaos,
  NetworkChaos: checkNetworkChaos,
  StressChaos: checkStressChaos,
  IOChaos: checkIoChaos,
  TimeChaos: checkTimeChaos,
  HTTPChaos: checkHttpChaos,
  DNSChaos: checkDnsChaos,
};

/** Everything about one fault of a manifest that its shape does not show. */
export function checkFault(subject: FaultSubject): void {
  const { fault, findings } = subject;
  const rules = RULES[fault.kind];
  if (!rules) {
    findings.warning(
      fault.path.slice(0, -1),
      `${fault.kind} is passed on as it is: it is neither looked into nor proven`,
      {
        hint: 'give the experiment an `expect`, which is then its only proof',
      },
    );
    return;
  }
  checkSelectors(subject);
  checkDuration(subject);
  rules(subject);
  checkProof(subject);
}

/** Said before a run rather than by its verdict. */
function checkProof({ fault, setting, findings }: FaultSubject): void {
  const what = unprovenIn(fault);
  const broken = findings.list.some(({ severity }) => severity === 'error');
  if (what === undefined || setting.expected || broken) return;
  findings.warning(fault.path, `nothing shows from outside whether ${what}: the verdict is inconclusive at best`, {
    hint: 'give the experiment an `expect`, which is then its only proof',
  });
}

/** What of a fault has no proof of its own. */
function unprovenIn({ kind, spec }: ManifestFault): string | undefined {
  const { clockIds, stressngStressors } = spec;
  if (kind === 'DNSChaos') return 'names fail to resolve';
  if (kind === 'StressChaos' && stressngStressors) return 'what stressngStressors asks for is at work';
  const otherClocks = Array.isArray(clockIds) && clockIds.length > 0 && !clockIds.includes('CLOCK_REALTIME');
  return kind === 'TimeChaos' && otherClocks ? 'clocks other than CLOCK_REALTIME are shifted' : undefined;
}

/** What bounds a fault is ours: the plan's duration, or the deadline of a Workflow's template. */
function checkDuration({ manifest, fault, setting, findings }: FaultSubject): void {
  const { duration } = fault.spec;
  const path: ManifestPath = [...fault.path, 'duration'];
  const inWorkflow = manifest.kind === 'Workflow' || manifest.spec['type'] === 'Workflow';
  if (typeof duration !== 'string' || duration === '' || inWorkflow) return;
  const ms = goDurationMs(duration);
  if (ms === undefined) findings.error(path, noDuration(fault.kind), { found: shown(duration), allowed: GO_DURATION });
  else if (isOneShotFault(fault))
    findings.warning(path, `${fault.action} strikes once: a duration has no effect`, {
      found: duration,
      hint: 'leave it out; how long to look at its effect is phases.recovery of the plan',
    });
  else if (setting.durationMs !== undefined && ms !== setting.durationMs)
    findings.warning(path, "the plan's duration counts, and takes the place of this one", {
      found: duration,
      hint: `leave it out, or write the plan's: ${setting.durationMs / 1000}s`,
    });
}

function noDuration(kind: string): string {
  return kind === 'TimeChaos'
    ? 'this is no duration: Chaos Mesh takes it all the same, and the fault then never ends'
    : 'this is no duration';
}
