import type { WorkloadName } from './groups.ts';

export type NodeSelectors = Partial<Record<WorkloadName, Record<string, string>>>;

/** Puts workloads on the nodes whose kernel can delay and lose packets. */
export function netemNodes(names: readonly WorkloadName[]): NodeSelectors {
  return Object.fromEntries(names.map((name) => [name, { 'steadfast.dev/netem': 'true' }]));
}
