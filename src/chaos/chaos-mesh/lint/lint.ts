import type { LintFinding, LintSetting } from '../../contract.ts';
import { faultsOf, isChaosKind, isManifest, type Manifest } from '../manifest.ts';
import { checkFault } from './fault.ts';
import { type Findings, findingsAt, shown } from './findings.ts';
import { checkSchedule, warnOfSilence } from './schedule.ts';
import { checkShape } from './shape.ts';
import { objectShape, shapeOf } from './shapes.ts';
import { checkWorkflow } from './workflow.ts';

const PAUSED = 'experiment.chaos-mesh.org/pause';

/** Everything that can be told to be wrong with a manifest without a cluster: what the webhooks refuse, and what they let through. */
export function lintConfig(config: { manifest?: unknown }, setting: LintSetting): LintFinding[] {
  const { manifest } = config;
  const findings = findingsAt(['manifest']);
  if (isManifest(manifest)) checkManifest(manifest, setting, findings);
  return findings.list;
}

function checkManifest(manifest: Manifest, setting: LintSetting, findings: Findings): void {
  const { kind, metadata, spec } = manifest;
  if (!isChaosKind(kind) && kind !== 'Workflow' && kind !== 'Schedule') {
    findings.error(['kind'], 'this is no kind of Chaos Mesh that could be run', {
      found: shown(kind),
      allowed: 'a kind of fault such as PodChaos, Workflow or Schedule',
    });
    return;
  }
  checkShape(manifest, objectShape(), [], kind, findings);
  const shape = shapeOf(kind);
  if (shape) checkShape(spec, shape, ['spec'], kind, findings);
  if (metadata.annotations?.[PAUSED] === 'true')
    findings.error(['metadata', 'annotations', PAUSED], 'what is made paused is never injected', {
      hint: 'leave it out',
    });
  if (kind === 'Workflow') checkWorkflow(spec, ['spec'], findings);
  if (kind === 'Schedule') checkSchedule(manifest, findings);
  const faults = faultsOf(manifest);
  for (const fault of faults) checkFault({ manifest, fault, setting, findings });
  warnOfSilence(manifest, findings);
  if (faults.length === 0 && !findings.list.some(({ severity }) => severity === 'error'))
    findings.error(['spec'], `this ${kind} brings about no fault`);
}
