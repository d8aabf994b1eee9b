/** Metrics as a chaos-daemon exports them. */

interface Rule {
  chain: string;
  rule: string;
  packets: number;
}

export interface ExportedPod {
  pod: string;
  containers: string[];
  rules: Rule[];
  qdiscs?: number;
  members?: number;
}

const NAMESPACE = 'ns';

export function metricsOf(...pods: ExportedPod[]): string {
  return `# TYPE chaos_daemon_iptables_packets gauge\n${pods.flatMap(linesOf).join('\n')}\n`;
}

function linesOf({ pod, containers, rules, qdiscs = 2, members = 0 }: ExportedPod): string[] {
  return containers.flatMap((container) => {
    const labels = `container="${container}",namespace="${NAMESPACE}",pod="${pod}"`;
    return [
      ...rules.map(
        ({ chain, rule, packets }) =>
          `chaos_daemon_iptables_packets{chain="${chain}",${labels},policy="-",rule="${rule}",table="filter"} ${packets}`,
      ),
      `chaos_daemon_ipset_members{${labels}} ${members}`,
      `chaos_daemon_tcs_rules{${labels}} ${qdiscs}`,
    ];
  });
}

export function quietPod(pod: string): ExportedPod {
  return { pod, containers: ['main'], rules: [] };
}

/** What a partition leaves in the OUTPUT chain of a pod. */
export function dropRules(packets: number): Rule[] {
  return inOutput('OUTPUT/cut_6b86b273ff34f_', '-o eth0 -m set --match-set cut_set_tgt dst,dst -j DROP', packets);
}

/** What a partition of this name leaves in the INPUT chain of a pod. */
export function namedDropRules(mark: string, packets: number): Rule[] {
  return [
    { chain: 'INPUT', rule: '-j CHAOS-INPUT', packets },
    { chain: 'CHAOS-INPUT', rule: `-j INPUT/${mark}`, packets },
    { chain: `INPUT/${mark}`, rule: `-i eth0 -m set --match-set ${mark} src,dst -j DROP`, packets },
  ];
}

/** What a delay towards some addresses leaves there. */
export function classifyRules(packets: number): Rule[] {
  return inOutput(
    'TC-TABLES-0',
    '-o eth0 -m set --match-set slow_set_tgt dst,dst -j CLASSIFY --set-class 0001:0004',
    packets,
  );
}

function inOutput(chain: string, rule: string, packets: number): Rule[] {
  return [
    { chain: 'OUTPUT', rule: '-j CHAOS-OUTPUT', packets },
    { chain: 'CHAOS-OUTPUT', rule: `-j ${chain}`, packets },
    { chain, rule, packets },
  ];
}
