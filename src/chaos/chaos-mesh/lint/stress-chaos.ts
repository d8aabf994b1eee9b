import { type Fields, isFields, type ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';
import { parseMemorySize } from './values.ts';

/** Rules of StressChaos. */
export function checkStressChaos({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const { stressors, stressngStressors } = spec;
  const at = [...path, 'stressors'];
  const own = typeof stressngStressors === 'string' && stressngStressors !== '';
  if (own && stressors !== undefined) findings.warning(at, 'stressngStressors is used, and this is not looked at');
  if (own) return;
  if (!isFields(stressors) || (!isFields(stressors['cpu']) && !isFields(stressors['memory']))) {
    findings.error(at, 'no stressor is named', { allowed: 'cpu, memory, or both' });
    return;
  }
  const { cpu, memory } = stressors;
  if (isFields(cpu) && cpu['load'] === 0)
    findings.error([...at, 'cpu', 'load'], 'a load of nothing is no fault', { found: '0' });
  if (isFields(memory)) checkMemory(memory, [...at, 'memory'], findings);
}

function checkMemory(memory: Fields, path: ManifestPath, findings: Findings): void {
  const { size, workers } = memory;
  const at = [...path, 'size'];
  if (size === undefined || size === '') {
    findings.error(at, "without a size all memory of the node is taken, not only the container's", {
      hint: 'size: 256MB',
    });
    return;
  }
  if (typeof size !== 'string') return;
  const parsed = parseMemorySize(size);
  if (!parsed) {
    findings.error(at, 'this is no amount of memory', {
      found: shown(size),
      allowed: 'such as 256MB, or 0% to 100% of the memory of the node',
      ...(/^[\d.]+ ?[kmgtp]i$/i.test(size) && {
        hint: `${size.slice(0, -1)}B: Chaos Mesh refuses the way Kubernetes writes it`,
      }),
    });
    return;
  }
  if (('percent' in parsed ? parsed.percent : parsed.bytes) === 0) {
    findings.error(at, 'of no memory nothing is taken', { found: shown(size) });
    return;
  }
  if ('percent' in parsed)
    findings.warning(at, "a percentage is of the node's memory, not of the container's limit", {
      found: shown(size),
      hint: 'size: 256MB',
    });
  else if (parsed.binaryPrefix)
    findings.warning(at, 'MiB is read like MB, a million bytes', { found: shown(size), hint: size.replace(/i/i, '') });
  if (typeof workers === 'number' && workers > 1)
    findings.warning(at, 'whether each worker takes as much, or all together, depends on the version of Chaos Mesh', {
      found: `${size} with ${workers} workers`,
      hint: 'workers: 1, which means the same everywhere',
    });
}
