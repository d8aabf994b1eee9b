import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { ALERT_RULES, type AlertRule } from '../src/slo/conventions.ts';

export const ALERTS_FILE = new URL('../deploy/alerts/steadfast.rules.yaml', import.meta.url);

const HEADER = `# Alerts on the verdicts that Steadfast pushes to a Pushgateway (scraped with honor_labels: true).
# A verdict that is inconclusive, and one that is missing, has an alert of its own: silence is never a pass.
# Generated from src/slo/conventions.ts by \`node tools/generate-alerts.ts\`.
`;

/** Prometheus's rule file. */
export function alertRulesText(): string {
  const file = { groups: [{ name: 'steadfast', rules: ALERT_RULES.map(ruleOf) }] };
  return HEADER + stringify(file, { lineWidth: 0 });
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

if (import.meta.main) writeFileSync(ALERTS_FILE, alertRulesText());
