import { describe, expect, test } from 'vitest';
import { sequenceFrame } from '../../../../lab/workloads/engine/kv-events.ts';
import {
  type Release,
  releases,
  replayEndFrames,
  replayFrames,
  requestedStart,
} from '../../../../lab/workloads/engine/releases.ts';

const none = Buffer.alloc(0);
const allOnes = Buffer.alloc(8, 0xff);
const reader = Buffer.from('reader');

describe('a replay’s frames by release', () => {
  const table: [release: Release, batch: unknown[], end: unknown[]][] = [
    ['0.23', ['', sequenceFrame(7), reader], ['', allOnes, none]],
    ['0.24', ['', sequenceFrame(7), reader], ['', allOnes, none]],
    ['0.26', ['', 'kv', sequenceFrame(7), reader], ['', '', allOnes, none]],
    ['0.33', ['', 'kv', sequenceFrame(7), reader], ['', '', allOnes, none]],
  ];
  test.each(table)('%s', (release, batch, end) => {
    expect(replayFrames(releases[release], 'kv', sequenceFrame(7), reader)).toEqual(batch);
    expect(replayEndFrames(releases[release])).toEqual(end);
  });
});

describe('a replay request is three frames, or it gets no answer', () => {
  const table: [sentence: string, frames: Buffer[], start: bigint | undefined][] = [
    ['identity, nothing, 8 bytes', [reader, none, sequenceFrame(300)], 300n],
    ['the largest start', [reader, none, allOnes], 2n ** 64n - 1n],
    ['without the empty frame', [reader, sequenceFrame(300)], undefined],
    ['with too short a number', [reader, none, Buffer.alloc(4)], undefined],
    ['with too long a number', [reader, none, Buffer.alloc(9)], undefined],
    ['with a delimiter that is not empty', [reader, reader, sequenceFrame(1)], undefined],
    ['with a frame too many', [reader, none, sequenceFrame(1), none], undefined],
    ['with nothing', [], undefined],
  ];
  test.each(table)('%s', (_, frames, start) => {
    expect(requestedStart(frames)).toBe(start);
  });
});
