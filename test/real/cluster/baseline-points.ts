import type { Cluster } from '../../../lab/cluster/access.ts';
import { facesOf, type PodFace } from '../../../lab/cluster/workloads/faces.ts';
import { eventually } from './scene.ts';

/** Two more than a baseline has to have. */
const ENOUGH_POINTS = 12;

/** Until Prometheus knows enough of what just came up for a baseline of this step and window of rates. */
export async function untilCompared(
  cluster: Cluster,
  counter: string,
  { step, rates }: { step: string; rates: string } = { step: '2s', rates: '8s' },
): Promise<void> {
  const [{ url }] = (await facesOf(cluster, 'prometheus')) as [PodFace];
  const query = encodeURIComponent(`count_over_time(sum(rate(${counter}[${rates}]))[5m:${step}])`);
  const points = async () => {
    const { data } = (await (await fetch(`${url}/api/v1/query?query=${query}`)).json()) as QueryAnswer;
    return Number(data.result[0]?.value[1] ?? 0);
  };
  await eventually(points, (found) => found >= ENOUGH_POINTS, 180_000);
}

interface QueryAnswer {
  data: { result: { value: [number, string] }[] };
}
