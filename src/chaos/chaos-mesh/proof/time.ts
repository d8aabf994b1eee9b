import type { Evidence } from '../../../slo/model/entry.ts';
import { formatDuration } from '../../../slo/model/quantity.ts';
import { goDurationMs } from '../go-duration.ts';
import type { PodView } from '../pod.ts';
import { type ClockReading, readClock } from './clock-reading.ts';
import type { Aftermath, MechanismProof, ProofSetting, StruckTarget } from './contract.ts';
import { keyOfPod, mechanism, named, note, podOfId, podsOf, struckPods } from './pieces.ts';

/** A line of the log that tells of the step must have been written well after it. */
const SETTLED_MS = 1_000;
const READ_PODS = 5;

/** TimeChaos: the clock of the struck process, as far as the process itself tells. */
export function openTimeProof(setting: ProofSetting): MechanismProof {
  const wantedMs = goDurationMs(setting.fault.spec['timeOffset']) ?? Number.NaN;
  const before = new Map<string, ClockReading>();
  let requestedAt = 0;
  let struckIds: string[] = [];
  const read = (pod: PodView, name: string | undefined, since: number, signal: AbortSignal) => {
    const container = name === undefined ? pod.containers[0] : pod.containers.find((one) => one.name === name);
    return container ? readClock({ ...setting, pod, container, since }, signal) : Promise.resolve(undefined);
  };
  const readAll = (ids: readonly string[], since: number, signal: AbortSignal) =>
    Promise.all(
      ids.slice(0, READ_PODS).map(async (id) => {
        const pod = podsOf(setting.candidates).find((one) => keyOfPod(one) === podOfId(id));
        return { id, now: pod ? await read(pod, id.split('/')[2], since, signal) : undefined };
      }),
    );
  return {
    async before(signal) {
      const ids = podsOf(setting.candidates).flatMap((pod) =>
        pod.containers.map(({ name }) => `${keyOfPod(pod)}/${name}`),
      );
      for (const { id, now } of await readAll(ids, 0, signal)) if (now) before.set(id, now);
      requestedAt = setting.wallClock();
    },
    async during(struck: readonly StruckTarget[], signal: AbortSignal) {
      if (!movesWallClock(setting))
        return [note('clocks other than CLOCK_REALTIME cannot be read from here: give `expect`')];
      struckIds = struck.map(({ id }) => id);
      const readings = await readAll(struckIds, requestedAt + SETTLED_MS, signal);
      return readings.map(({ id, now }) => compareClock(id, wantedMs, before.get(id), now));
    },
    async after(signal): Promise<Aftermath> {
      const living = podsOf(
        struckPods(
          setting.candidates,
          struckIds.map((id) => ({ id, key: '.' }) as const),
        ),
      );
      if (living.length === 0) return { state: 'cleared', evidence: [] };
      const readings = await readAll(struckIds, setting.wallClock(), signal);
      const still = readings.find(({ id, now }) => isStepped(wantedMs, before.get(id), now));
      if (!still) return { state: 'cleared', evidence: rightAgain(readings) };
      const [namespace, name] = still.id.split('/');
      const remedy = `kubectl delete pod -n ${namespace} ${name}`;
      return { state: 'stays', text: `the clock of ${still.id} is still wrong; be rid of it by: ${remedy}` };
    },
    close() {},
  };
}

/** A process that tells no time now may have told one before: what was not read is not said to be right. */
function rightAgain(readings: readonly { id: string; now: ClockReading | undefined }[]): Evidence[] {
  const read = readings.flatMap(({ id, now }) => (now ? [id] : []));
  const unread = readings.flatMap(({ id, now }) => (now ? [] : [id]));
  return [
    ...(read.length > 0 ? [note(`the clock of ${named(read)} is right again`)] : []),
    ...(unread.length > 0
      ? [note(`the clock of ${named(unread)} could not be read: that it is right again is what the records say`)]
      : []),
  ];
}

function movesWallClock({ fault }: ProofSetting): boolean {
  const { clockIds } = fault.spec;
  return !Array.isArray(clockIds) || clockIds.length === 0 || clockIds.includes('CLOCK_REALTIME');
}

function compareClock(id: string, wantedMs: number, was?: ClockReading, now?: ClockReading): Evidence {
  if (!now) return note(`${id}: its clock cannot be read: it neither logs times nor answers HTTP: give \`expect\``);
  const stepMs = now.aheadMs - (was?.aheadMs ?? 0);
  if (Math.abs(wantedMs) <= 2 * now.within)
    return note(`${id}: a step of ${formatDuration(Math.abs(wantedMs))} is too small to be read off ${now.by}`);
  const text = `${id}: its clock moved by ${signed(stepMs)} (by ${now.by}; ${signed(wantedMs)} were asked for)`;
  return mechanism(isStepped(wantedMs, was, now), text, { stepMs });
}

function isStepped(wantedMs: number, was: ClockReading | undefined, now: ClockReading | undefined): boolean {
  if (!now) return false;
  const stepMs = now.aheadMs - (was?.aheadMs ?? 0);
  return Math.abs(stepMs - wantedMs) <= now.within + (was?.within ?? 0) && Math.abs(stepMs) > Math.abs(wantedMs) / 2;
}

function signed(ms: number): string {
  const seconds = (ms / 1000).toFixed(1);
  return ms < 0 ? `${seconds} s` : `+${seconds} s`;
}
