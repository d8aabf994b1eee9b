import { consumer, generator, worker } from './goals.ts';
import type { Workload, WorkloadContext, WorkloadName } from './groups.ts';
import { kafka } from './kafka.ts';
import { engines, gateway } from './kv-sync.ts';
import { alertmanager, prometheus, pushgateway } from './monitoring.ts';
import { type KubeObject, namespaceObject } from './objects.ts';
import { temporal } from './temporal.ts';

export const workloads: Record<WorkloadName, Workload> = {
  engines,
  gateway,
  temporal,
  kafka,
  worker,
  generator,
  consumer,
  prometheus,
  alertmanager,
  pushgateway,
};

/** The chosen ones and all that they need, what is needed first. */
export function withNeeds(wanted: readonly WorkloadName[]): WorkloadName[] {
  const chosen = new Set<WorkloadName>();
  const choose = (name: WorkloadName) => {
    workloads[name].needs.forEach(choose);
    chosen.add(name);
  };
  wanted.forEach(choose);
  return [...chosen];
}

/** Everything that the chosen workloads consist of, their namespaces first. */
export async function objectsOf(
  names: readonly WorkloadName[],
  contextOf: (name: WorkloadName) => WorkloadContext,
): Promise<KubeObject[]> {
  const namespaces = new Set(names.map((name) => workloads[name].namespace));
  const objects = await Promise.all(names.map((name) => workloads[name].objects(contextOf(name))));
  return [...[...namespaces].map(namespaceObject), ...objects.flat()];
}
