import type { SamplePart } from '../../slo/model/entry.ts';
import type { Reading } from '../contract.ts';
import type { PartitionLag } from './group-book.ts';
import type { GroupReading } from './group-reading.ts';

const MAX_SHOWN_PARTS = 50;
const NO_TRAFFIC = 'no traffic since the probe began: a lag of 0 says nothing';

/** The reading of a probe with one group: partitions are its parts. */
export function readingOfOne(group: GroupReading, traffic: boolean): Reading {
  const { state } = group.look;
  const members = state && { members: state.members.length };
  const detail = state && {
    detail: { type: state.type, state: state.name, ...(state.epoch !== undefined && { epoch: state.epoch }) },
  };
  const parts = group.partitions.length > 0 && { parts: partitionParts(group.partitions) };
  if (!group.lag) return { outcome: 'unknown', values: { ...members }, reason: group.reason!, ...parts, ...detail };
  const values = { ...group.lag, ...members };
  if (group.lag.records === 0 && !traffic)
    return { outcome: 'unknown', values, reason: NO_TRAFFIC, ...parts, ...detail };
  return { outcome: 'good', values, ...overstated([group]), ...parts, ...detail };
}

/** The reading of a probe with many groups: they are its parts. */
export function readingOfMany(groups: readonly GroupReading[], traffic: boolean): Reading {
  const parts = groups.map(groupPart);
  const known = groups.flatMap(({ lag }) => (lag ? [lag] : []));
  const unknown = groups.filter(({ lag }) => !lag);
  const shown = { parts: mostTelling(parts), detail: { states: countStates(groups) } };
  const members = fewestMembers(groups);
  if (unknown.length > 0) {
    const others = unknown.length > 1 ? ` (and ${unknown.length - 1} more groups)` : '';
    return { outcome: 'unknown', values: members, reason: `${unknown[0]!.reason!}${others}`, ...shown };
  }
  const values = {
    records: known.reduce((sum, { records }) => sum + records, 0),
    maxPartitionRecords: most(known.map(({ maxPartitionRecords }) => maxPartitionRecords)),
    maxGroupRecords: most(known.map(({ records }) => records)),
    ...members,
    ...(known.every(({ seconds }) => seconds !== undefined) && { seconds: most(known.map((lag) => lag.seconds ?? 0)) }),
  };
  if (values.records === 0 && !traffic) return { outcome: 'unknown', values, reason: NO_TRAFFIC, ...shown };
  return { outcome: 'good', values, ...overstated(groups), ...shown };
}

/** Said of a good reading, since a smaller lag than the one given is possible. */
function overstated(groups: readonly GroupReading[]): { reason?: string } {
  const topics = new Set(groups.flatMap(({ compacted }) => compacted));
  return topics.size === 0 ? {} : { reason: `${[...topics].join(', ')}: compacted, so that the lag is at most this` };
}

/** Where there are many partitions, only those that lag or are unclear are recorded. */
function partitionParts(partitions: readonly PartitionLag[]): SamplePart[] {
  const parts = partitions.map(partitionPart);
  if (parts.length <= MAX_SHOWN_PARTS) return parts;
  return parts.filter(({ outcome, values }) => outcome !== 'good' || values['records'] !== 0).slice(0, MAX_SHOWN_PARTS);
}

function partitionPart({ at, lag }: PartitionLag): SamplePart {
  const labels = { topic: at.topic, partition: String(at.partition) };
  if (!lag.known) return { labels, outcome: 'unknown', values: {}, reason: lag.reason };
  const { known: _, ...values } = lag;
  return { labels, outcome: 'good', values };
}

function groupPart({ look, lag, reason }: GroupReading): SamplePart {
  const labels = { group: look.group };
  const members = look.state && { members: look.state.members.length };
  if (!lag) return { labels, outcome: 'unknown', values: { ...members }, reason: reason! };
  const { records, seconds } = lag;
  return { labels, outcome: 'good', values: { records, ...(seconds !== undefined && { seconds }), ...members } };
}

/** Where there are many groups, those that are unclear and those that lag most are recorded. */
function mostTelling(parts: SamplePart[]): SamplePart[] {
  if (parts.length <= MAX_SHOWN_PARTS) return parts;
  const weight = ({ outcome, values }: SamplePart) => (outcome === 'good' ? (values['records'] ?? 0) : Infinity);
  const telling = parts.filter((part) => weight(part) > 0);
  return telling.toSorted((one, other) => (weight(one) < weight(other) ? 1 : -1)).slice(0, MAX_SHOWN_PARTS);
}

function countStates(groups: readonly GroupReading[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { look } of groups) {
    const name = look.state?.name ?? 'unknown';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function fewestMembers(groups: readonly GroupReading[]): { members?: number } {
  const counts = groups.flatMap(({ look }) => (look.state ? [look.state.members.length] : []));
  return counts.length < groups.length ? {} : { members: counts.reduce((least, count) => Math.min(least, count)) };
}

function most(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), 0);
}
