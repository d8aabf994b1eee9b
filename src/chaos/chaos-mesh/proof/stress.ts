import type { Evidence } from '../../../slo/model/entry.ts';
import { parseMemorySize } from '../lint/values.ts';
import { isFields, type ManifestFault } from '../manifest.ts';
import type { ContainerView } from '../pod.ts';
import type { MechanismProof, ProofSetting } from './contract.ts';
import { keyOfPod, mechanism, note, podOfId, podsOf, struckPods } from './pieces.ts';
import { readUsage, type Usage, type Usages } from './usage.ts';

/** What the stressors are to bring about in each container. */
interface Demand {
  cores?: number;
  /** Of all workers together: the least that the field can mean. Absent for a share of the node's memory. */
  memoryBytes?: number;
  memory: boolean;
}

/** Other work on the node slows stressors down; less than this share of what was asked for is no stress. */
const LEAST_SHARE = 0.1;

/** Where a container used most of its limit before, stress has nothing to add that could be seen. */
const NEARLY_ALL = 0.75;

const BEFORE_MS = 8_000;
const DURING_MS = 3_500;

const LEAST_MEMORY_BYTES = 16 * 1024 * 1024;

/** StressChaos: processor time and memory of the containers, before and during. */
export function openStressProof(setting: ProofSetting): MechanismProof {
  const demand = demandOf(setting.fault);
  const unread: Usages = { ok: false, message: 'it was not looked at before the fault' };
  let before: Usages = unread;
  return {
    async before(signal) {
      before = await readUsage(setting.kube, podsOf(setting.candidates), BEFORE_MS, signal);
    },
    async during(struck, signal) {
      const pods = podsOf(struckPods(setting.candidates, struck));
      const now = await readUsage(setting.kube, pods, DURING_MS, signal);
      const earlier = before;
      if (!earlier.ok || !now.ok) return [unmeasured(earlier.ok ? now : earlier)];
      return struck.flatMap(({ id }) => {
        const [was, is] = [earlier.containers.get(id), now.containers.get(id)];
        const pod = pods.find((one) => keyOfPod(one) === podOfId(id));
        const container = pod?.containers.find(({ name }) => id.endsWith(`/${name}`));
        if (!was || !is || !container) return [note(`${id}: what it uses was not told`)];
        if (isReset(was, is)) return [note(`${id}: it was restarted since: what it uses now may be its start`)];
        return [...cpuStress(id, demand, container, was, is), ...memoryStress(id, demand, was, is)];
      });
    },
    async after() {
      const text =
        'that the stressors have ended is what the records say: nothing of them is left in a network namespace';
      return { state: 'cleared', evidence: [note(text)] };
    },
    close() {},
  };
}

function unmeasured(usages: Usages): Evidence {
  const why = usages.ok ? '' : usages.message;
  return note(
    `processor time and memory were not measured: ${why}; allow \`get\` on nodes/proxy or install a metrics server`,
  );
}

/** A counter of processor time falls only where it began anew, with another container. */
function isReset({ coreSeconds: was }: Usage, { coreSeconds: is }: Usage): boolean {
  return was !== undefined && is !== undefined && is < was;
}

function cpuStress(id: string, demand: Demand, container: ContainerView, was: Usage, is: Usage): Evidence[] {
  if (demand.cores === undefined) return [];
  const limit = container.cpuLimitCores ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(was.cores) || !Number.isFinite(is.cores))
    return [note(`${id}: its processor time was not told`)];
  if (is.atMs <= was.atMs) return [note(`${id}: nobody has measured its processor time since the fault began`)];
  const used = Math.max(is.cores, meanCores(was, is));
  const text = `${id}: ${cores(used)} of processor time (before the fault ${cores(was.cores)})`;
  if (was.cores >= limit * NEARLY_ALL) return [note(`${text}: it used nearly all of its limit before already`)];
  const wanted = Math.min(demand.cores, limit - was.cores);
  const values = { cores: used, coresBefore: was.cores };
  return [mechanism(used - was.cores >= wanted * LEAST_SHARE, text, values)];
}

/** Since the first look. What was measured last may lie half before the fault; of both, the greater is nearer to the truth. */
function meanCores(was: Usage, is: Usage): number {
  if (was.coreSeconds === undefined || is.coreSeconds === undefined) return 0;
  const mean = (is.coreSeconds - was.coreSeconds) / ((is.atMs - was.atMs) / 1000);
  return Number.isFinite(mean) ? mean : 0;
}

function memoryStress(id: string, demand: Demand, was: Usage, is: Usage): Evidence[] {
  if (!demand.memory) return [];
  if (!Number.isFinite(was.memoryBytes) || !Number.isFinite(is.memoryBytes))
    return [note(`${id}: its memory was not told`)];
  if (is.atMs <= was.atMs) return [note(`${id}: nobody has measured its memory since the fault began`)];
  const least = demand.memoryBytes === undefined ? LEAST_MEMORY_BYTES : demand.memoryBytes / 2;
  const text = `${id}: ${bytes(is.memoryBytes)} of memory (before the fault ${bytes(was.memoryBytes)})`;
  const values = { memoryBytes: is.memoryBytes, memoryBytesBefore: was.memoryBytes };
  return [mechanism(is.memoryBytes - was.memoryBytes >= least, text, values)];
}

function cores(count: number): string {
  return `${count.toFixed(2)} cores`;
}

function bytes(count: number): string {
  return `${Math.round(count / 1e6)} MB`;
}

function demandOf({ spec }: ManifestFault): Demand {
  const stressors = isFields(spec['stressors']) ? spec['stressors'] : {};
  const { cpu, memory } = stressors;
  const workers = isFields(cpu) && typeof cpu['workers'] === 'number' ? cpu['workers'] : 1;
  const load = isFields(cpu) && typeof cpu['load'] === 'number' && cpu['load'] > 0 ? cpu['load'] : 100;
  const size = isFields(memory) ? bytesOf(memory['size']) : undefined;
  return {
    ...(isFields(cpu) ? { cores: (workers * load) / 100 } : {}),
    ...(size === undefined ? {} : { memoryBytes: size }),
    memory: isFields(memory),
  };
}

/** `256MB`; a percentage is of a node's memory, which we do not know. */
function bytesOf(size: unknown): number | undefined {
  const parsed = parseMemorySize(size);
  return parsed && 'bytes' in parsed ? parsed.bytes : undefined;
}
