import type { ManifestPath, TargetSelector } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';

/** A label key: a DNS prefix and a slash, if any, and then a name. */
const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** Labels of well-known systems that do not select what they seem to. */
const TREACHEROUS: { label: string; value: string; namespace?: string; message: string; hint: string }[] = [
  {
    label: 'app.kubernetes.io/name',
    value: 'gateway',
    namespace: 'aibrix-system',
    message: "AIBrix's gateway pods do not carry this label, and a selector that finds nothing cancels the whole fault",
    hint: 'app: gateway-plugins (installed from manifests), or app.kubernetes.io/component: aibrix-gateway-plugin (by Helm)',
  },
  {
    label: 'strimzi.io/kind',
    value: 'Kafka',
    message: 'not only brokers carry this label: the operators and exporters beside them do too',
    hint: 'strimzi.io/name: NAME-kafka, with the name of the cluster',
  },
];

/** Whether labels can be labels at all, and those that are known to mislead. */
export function checkLabels({ selector, path }: TargetSelector, findings: Findings): void {
  for (const [label, value] of Object.entries(selector.labelSelectors)) {
    const at = [...path, 'labelSelectors', label];
    checkLabel(label, [value], at, findings);
    warnOfTreachery(label, value, selector, at, findings);
  }
  const at = [...path, 'expressionSelectors'];
  checkExpressions(selector.expressionSelectors, at, findings);
  for (const [index, { key, operator, values }] of selector.expressionSelectors.entries())
    if (operator === 'In')
      for (const value of values) warnOfTreachery(key, value, selector, [...at, index, 'values'], findings);
}

function checkLabel(label: string, values: readonly string[], at: ManifestPath, findings: Findings): void {
  if (label !== '' && !KEY.test(label)) findings.error(at, 'no label can be called so', { found: shown(label) });
  else
    for (const value of values.filter((each) => !VALUE.test(each)))
      findings.error(at, 'no label can have this value', {
        found: shown(value),
        allowed: 'at most 63 letters, digits, hyphens, underscores and points',
      });
}

function warnOfTreachery(
  label: string,
  value: string,
  { namespaces }: TargetSelector['selector'],
  at: ManifestPath,
  findings: Findings,
): void {
  const known = TREACHEROUS.find((each) => each.label === label && each.value === value);
  if (known && namespaces.includes(known.namespace ?? namespaces[0]!))
    findings.warning(at, known.message, { found: `${label}: ${value}`, hint: known.hint });
}

function checkExpressions(
  expressions: TargetSelector['selector']['expressionSelectors'],
  path: readonly (string | number)[],
  findings: Findings,
): void {
  for (const [index, { key, operator, values }] of expressions.entries()) {
    checkLabel(key, values, [...path, index], findings);
    const compares = operator === 'In' || operator === 'NotIn';
    if (compares && values.length === 0)
      findings.error([...path, index, 'values'], `${operator} needs values to compare with`);
    if (!compares && values.length > 0) findings.error([...path, index, 'values'], `${operator} takes no values`);
  }
}
