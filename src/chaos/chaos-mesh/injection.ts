import type { Evidence, Offset } from '../../slo/model/entry.ts';
import type { Observation } from './observation.ts';
import { inPlainWords } from './plain-words.ts';
import { type ChaosStatus, isInjected, lastFailure, readStatus, type TargetRecord } from './records.ts';

/** Chaos Mesh tries again and again; what fails for so long will not come about. */
const FAILING_FOR_MS = 12_000;

/** Selection happens once, and nobody tries it again. */
const NOTHING_SELECTED = /no (pod|target|container) (is|has been) selected/;

/** What has to be remembered between two looks. */
export interface Progress {
  failingSince?: Offset;
}

/** The status once every target was hit. Throws when that will not come about. */
export function progressOf(
  observation: Pick<Observation, 'latest' | 'gone'>,
  lastEvent: string | undefined,
  progress: Progress,
  now: Offset,
): ChaosStatus | undefined {
  if (observation.gone()) throw new Error('somebody deleted the object of the fault before it was injected');
  const latest = observation.latest();
  if (!latest) return undefined;
  const status = readStatus(latest);
  if (isInjected(status)) return status;
  if (status.records.length === 0 && lastEvent !== undefined && NOTHING_SELECTED.test(lastEvent))
    throw new Error(inPlainWords(lastEvent));
  const failure = lastFailure(status);
  if (failure === undefined) return undefined;
  progress.failingSince ??= now;
  if (now - progress.failingSince >= FAILING_FOR_MS) throw new Error(inPlainWords(failure));
  return undefined;
}

/** What the records say about an injection, with Chaos Mesh's own times. */
export function injectionText({ records }: ChaosStatus): Evidence {
  const stamps = records.flatMap(({ firstApplied }) => firstApplied ?? []).sort();
  const span = stamps.length === 0 ? '' : `, by its own clock ${timesText(stamps[0]!, stamps.at(-1)!)}`;
  const seconds = stamps.map((stamp) => Date.parse(stamp) / 1000).filter(Number.isFinite);
  return {
    of: 'note',
    text: `Chaos Mesh applied the fault to ${targetsText(records)}${span}`,
    values: {
      targets: records.length,
      ...(seconds.length === 0
        ? {}
        : { firstAppliedUnix: Math.min(...seconds), lastAppliedUnix: Math.max(...seconds) }),
    },
  };
}

function timesText(first: string, last: string): string {
  return first === last ? `at ${first}` : `from ${first} to ${last}`;
}

function targetsText(records: readonly TargetRecord[]): string {
  const ids = [...new Set(records.map(({ id }) => id))];
  return ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 6).join(', ')} and ${ids.length - 6} more`;
}
