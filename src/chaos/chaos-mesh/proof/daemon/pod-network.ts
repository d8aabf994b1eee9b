import { type MetricLine, readMetrics } from '../../../../clients/metrics-text.ts';

/** What a daemon sees in a pod's network namespace. */
export interface PodNetwork {
  /** Packets that rules of Chaos Mesh dropped so far, by the rule. Only rules that packets can reach. */
  dropped: ReadonlyMap<string, number>;
  /** Packets that were sent through a shaped queue so far, by the rule. */
  shaped: ReadonlyMap<string, number>;
  /** Rules in the chains that packets pass through: none where no fault is at work. */
  chaosRules: number;
  /** Whether any rule of iptables was told at all: a namespace that once had a network fault has some for ever; without any, it was not read. */
  rulesTold: boolean;
  ipsetMembers: number;
  /** With those that every namespace has. */
  qdiscs: number;
}

const PACKETS = 'chaos_daemon_iptables_packets';
const MEMBERS = 'chaos_daemon_ipset_members';
const QDISCS = 'chaos_daemon_tcs_rules';
const WANTED = new Set([PACKETS, MEMBERS, QDISCS]);

/** Chaos Mesh hangs its own chains into these two, and takes them out again; the chains themselves stay behind, out of reach. */
const ENTRANCES = new Set(['CHAOS-INPUT', 'CHAOS-OUTPUT']);

/** By `namespace/pod`. A pod is in it only if the daemon could look into it. */
export function readPodNetworks(text: string): Map<string, PodNetwork> {
  const byPod = Map.groupBy(readMetrics(text, WANTED), ({ labels }) => `${labels['namespace']}/${labels['pod']}`);
  const complete = [...byPod].filter(([, lines]) => lines.some(({ name }) => name === QDISCS));
  return new Map(complete.map(([pod, lines]) => [pod, toNetwork(lines)]));
}

/** The containers of a pod share its network: each tells the same, and none may count twice. */
function toNetwork(lines: readonly MetricLine[]): PodNetwork {
  const rules = new Map<string, MetricLine>();
  for (const line of lines.filter(({ name }) => name === PACKETS))
    rules.set(`${line.labels['table']} ${line.labels['chain']} ${line.labels['rule']}`, line);
  const entrances = [...rules.values()].filter(({ labels }) => ENTRANCES.has(labels['chain'] ?? ''));
  const reached = new Set(entrances.map(({ labels }) => jumpOf(labels['rule'])));
  const inReach = [...rules].filter(([, { labels }]) => reached.has(labels['chain'] ?? ''));
  const counted = (jump: string) =>
    new Map(
      inReach.filter(([, { labels }]) => jumpOf(labels['rule']) === jump).map(([key, line]) => [key, line.value]),
    );
  return {
    dropped: counted('DROP'),
    shaped: counted('CLASSIFY'),
    chaosRules: entrances.length,
    rulesTold: rules.size > 0,
    ipsetMembers: most(lines, MEMBERS),
    qdiscs: most(lines, QDISCS),
  };
}

function jumpOf(rule: string | undefined): string {
  return /(?:^|\s)-j (\S+)/.exec(rule ?? '')?.[1] ?? '';
}

function most(lines: readonly MetricLine[], wanted: string): number {
  return Math.max(0, ...lines.filter(({ name }) => name === wanted).map(({ value }) => value));
}

/** How many packets more than before; a counter that began anew counts from nothing. */
export function risen(before: ReadonlyMap<string, number> | undefined, now: ReadonlyMap<string, number>): number {
  const rises = [...now].map(([rule, packets]) => {
    const earlier = before?.get(rule) ?? 0;
    return packets >= earlier ? packets - earlier : packets;
  });
  return rises.reduce((sum, rise) => sum + rise, 0);
}
