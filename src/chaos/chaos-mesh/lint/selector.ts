import {
  type Fields,
  isFields,
  type ManifestPath,
  namespacesOf,
  selectorsOf,
  type TargetSelector,
} from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { checkLabels } from './labels.ts';
import type { FaultSubject } from './rule.ts';

/** Rules of the selectors by which a fault finds its pods: one that finds nothing cancels the whole fault. */
export function checkSelectors(subject: FaultSubject): void {
  const { fault, manifest, findings } = subject;
  const { metadata } = manifest;
  for (const selector of selectorsOf(fault, metadata.namespace ?? '')) {
    const holder = selector.key === '.' ? fault.spec : fault.spec['target'];
    if (!isFields(holder)) continue;
    const at = selector.path.slice(0, -1);
    checkMode(holder, selector, at, subject);
    checkNamespaces(selector, subject);
    checkBreadth(holder, selector, at, findings);
    checkLabels(selector, findings);
    checkPhases(selector, findings);
    checkNamed(selector, findings);
  }
  if (fault.spec['remoteCluster'])
    findings.error(
      [...fault.path, 'remoteCluster'],
      'targets in another cluster can be neither counted nor proven here',
      {
        hint: 'run the plan where the targets are, and name what is far away by externalTargets',
      },
    );
}

function checkMode(holder: Fields, { mode, value }: TargetSelector, at: ManifestPath, subject: FaultSubject): void {
  const { findings, setting, fault } = subject;
  const path = [...at, 'value'];
  if (mode === 'one' || mode === 'all') {
    if (value !== undefined)
      findings.warning(path, `mode ${mode} does not look at this`, { found: shown(holder['value']) });
    return;
  }
  if (mode === 'fixed') checkCount(value, path, setting.limits.maxTargets, findings);
  if (mode !== 'fixed-percent' && mode !== 'random-max-percent') return;
  const percent = wholeNumber(value);
  if (percent === undefined || percent < 1 || percent > 100) {
    findings.error(path, `mode ${mode} needs a whole number of percent`, {
      ...(value !== undefined && { found: shown(value) }),
      allowed: '"1" to "100"',
    });
    return;
  }
  if (mode === 'random-max-percent') {
    findings.warning([...at, 'mode'], 'how many pods are struck is drawn anew in each run, and may be none', {
      hint: 'mode: fixed or fixed-percent',
    });
    return;
  }
  if (fault.kind === 'PodChaos' && percent < 100) warnOfRounding(percent, path, findings);
}

function checkCount(value: string | undefined, path: ManifestPath, maxTargets: number, findings: Findings): void {
  const count = wholeNumber(value);
  if (count === undefined || count < 1) {
    findings.error(path, 'mode fixed needs a number of pods', {
      ...(value !== undefined && { found: shown(value) }),
      allowed: 'a whole number from "1"',
    });
    return;
  }
  if (count > maxTargets)
    findings.error(path, 'this is more than the plan allows to touch', {
      found: `${count}`,
      allowed: `at most ${maxTargets} (limits.maxTargets)`,
    });
}

function warnOfRounding(percent: number, path: ManifestPath, findings: Findings): void {
  const struck = Math.ceil((3 * percent) / 100);
  findings.warning(path, 'the number of pods is rounded up, and no PodDisruptionBudget holds it back', {
    found: `${percent}%: ${struck} of 3 pods`,
    hint: 'limits.maxTargets is what caps it',
  });
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

function checkNamespaces({ key, selector, path }: TargetSelector, { setting, findings }: FaultSubject): void {
  const allowed = setting.limits.namespaces;
  const at = Object.keys(selector.pods).length > 0 ? [...path, 'pods'] : [...path, 'namespaces'];
  for (const namespace of namespacesOf(selector)) {
    if (namespace === '')
      findings.error(at, 'where the fault acts would depend on where Steadfast runs', {
        hint: 'name the namespaces here, or give the object a metadata.namespace',
      });
    else if (!allowed.includes(namespace))
      findings.error(at, `the plan does not let a fault act in the namespace ${namespace}`, {
        found: namespace,
        allowed: allowed.length > 0 ? `${allowed.join(', ')} (limits.namespaces)` : 'none: limits.namespaces is empty',
        hint: hintFor(key, namespace),
      });
  }
}

function hintFor(key: TargetSelector['key'], namespace: string): string {
  return key === '.'
    ? `add ${namespace} to limits.namespaces, if it is yours to break`
    : `a target is touched too: add ${namespace} to limits.namespaces; if these pods run in another cluster, no selector finds them, and externalTargets names them by address`;
}

function checkBreadth(holder: Fields, { selector, mode }: TargetSelector, at: ManifestPath, findings: Findings): void {
  const named = Object.keys(selector.pods).length > 0;
  const { labelSelectors, expressionSelectors, annotationSelectors, fieldSelectors } = selector;
  const narrowing = [labelSelectors, annotationSelectors, fieldSelectors].some((each) => Object.keys(each).length > 0);
  if (named && (narrowing || expressionSelectors.length > 0))
    findings.warning([...at, 'selector', 'pods'], 'where pods are named, Chaos Mesh looks at nothing else', {
      hint: 'either `pods` or labels',
    });
  if (named || narrowing || expressionSelectors.length > 0 || !isFields(holder['selector'])) return;
  const everyPod = mode === 'all' ? 'every pod' : 'any pod';
  findings.error([...at, 'selector'], `this selects ${everyPod} of its namespace, whatever it belongs to`, {
    hint: 'labelSelectors, with labels that only the pods meant carry',
  });
}

/** An empty list of names finds nothing, and one selector that finds nothing cancels the whole fault. */
function checkNamed({ selector, path }: TargetSelector, findings: Findings): void {
  for (const [namespace, names] of Object.entries(selector.pods))
    if (names.length === 0) findings.error([...path, 'pods', namespace], 'this names no pod');
}

const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

function checkPhases({ selector, path }: TargetSelector, findings: Findings): void {
  for (const [index, phase] of selector.podPhaseSelectors.entries())
    if (!PHASES.includes(phase.replace(/^!/, '')))
      findings.error([...path, 'podPhaseSelectors', index], 'there is no such phase of a pod', {
        found: shown(phase),
        allowed: PHASES.join(', '),
      });
}
