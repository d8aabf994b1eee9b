import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { ALERT_RULES, type AlertRule } from '../src/slo/conventions.ts';

export const ALERTS_FILE = new URL('../deploy/alerts/steadfast.rules.yaml', import.meta.url);

export const ALERTS_OBJECT_FILE = new URL('../deploy/alerts/prometheus-rule.yaml', import.meta.url);

const HEADER = `# Alerts on the verdicts that Steadfast pushes to a Pushgateway (scraped with honor_labels: true).
# A verdict that is inconclusive, and one that is missing, has an alert of its own: silence is never a pass.
# Generated from src/slo/conventions.ts by \`node tools/generate-alerts.ts\`.
`;

/** Prometheus's rule file. */
export function alertRulesText(): string {
  return HEADER + stringify(ruleGroups(), { lineWidth: 0 });
}

/** The same as an object for the Prometheus operator. */
export function alertRulesObjectText(): string {
  const metadata = { name: 'steadfast', labels: { 'app.kubernetes.io/name': 'steadfast' } };
  const object = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: ruleGroups() };
  return HEADER + stringify(object, { lineWidth: 0 });
}

function ruleGroups() {
  return { groups: [{ name: 'steadfast', rules: ALERT_RULES.map(ruleOf) }] };
}

function ruleOf({ alert, expr, for: pending, severity, summary, description }: AlertRule) {
  return {
    alert,
    expr,
    for: pending,
    ...(severity === undefined ? {} : { labels: { severity } }),
    annotations: { summary, description },
  };
}

if (import.meta.main) {
  writeFileSync(ALERTS_FILE, alertRulesText());
  writeFileSync(ALERTS_OBJECT_FILE, alertRulesObjectText());
}
