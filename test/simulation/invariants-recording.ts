import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../src/slo/model/entry.ts';
import { parseTimeline } from '../../src/timeline/reader.ts';
import { Dice } from './dice.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariants-chaos.ts';

const CUTS_PER_WORLD = 8;

/** What must hold of the recorded timeline as a whole. */
export const recordingInvariants: readonly Invariant[] = [
  {
    name: 'a timeline begins with its vantage and ends with its end',
    check: ({ entries, result, recordingFailed }) => {
      if (recordingFailed) return undefined;
      if (entries[1]?.type !== 'vantage') return `it begins with ${entries[1]?.type}`;
      const end = entries.at(-1);
      if (end?.type !== 'end') return `it ends with ${end?.type}`;
      const aborted = result.aborted === undefined ? 'completed' : 'aborted';
      return end.cause === aborted ? undefined : `it ends as ${end.cause}: ${result.aborted}`;
    },
  },
  {
    name: 'after the last experiment come only the gates of those that did not run, and the end',
    check: ({ entries, recordingFailed }) => {
      const last = entries.findLastIndex((entry) => entry.type === 'chaos');
      if (recordingFailed || last < 0) return undefined;
      const rest = entries.slice(last + 1, -1).filter((entry) => !('instance' in entry));
      return firstOf(rest, (entry) =>
        entry.type === 'gate' && !entry.open ? undefined : `a ${entry.type} comes after`,
      );
    },
  },
  {
    name: 'a timeline read back is the timeline written',
    check: ({ entries, bytes }) => {
      const { read, reading } = readBack(bytes);
      if (reading.cut || reading.problems.length > 0) return `it reads as damaged: ${JSON.stringify(reading)}`;
      return isDeepStrictEqual(read, entries) ? undefined : 'other entries came back';
    },
  },
  {
    name: 'a timeline cut at any byte gives its whole lines, and says that it was cut',
    check: ({ seed, entries, bytes }) => {
      const dice = new Dice(seed, 'cuts');
      const cuts = Array.from({ length: CUTS_PER_WORLD }, () => dice.between(0, bytes.length - 1));
      return firstOf(cuts, (cut) => {
        const { read, reading } = readBack(bytes.subarray(0, cut));
        const inLine = cut > 0 && bytes[cut - 1] !== 10;
        if (reading.cut !== inLine || reading.problems.length > 0) return `cut at ${cut}: ${JSON.stringify(reading)}`;
        return isDeepStrictEqual(read, entries.slice(0, read.length)) ? undefined : `cut at ${cut}: other entries`;
      });
    },
  },
];

function readBack(bytes: Uint8Array) {
  const read: Entry[] = [];
  const reading = parseTimeline(bytes, (entry) => read.push(entry));
  return { read, reading };
}
