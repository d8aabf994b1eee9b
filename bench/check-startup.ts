import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from './child.ts';

/** Whole-process figures of `steadfast check` from the bundle, beside a Node that does nothing. */
export interface CheckStartup {
  nothingMs: number;
  checkMs: number;
  /** The median of the ratios, pair by pair. */
  ratio: number;
  checkPeakMegabytes: number;
}

const PAIRS = 15;
const ROOT = join(import.meta.dirname, '..');
const PLAN = join(ROOT, 'examples/first.yaml');

export function benchCheckStartup(): CheckStartup {
  const nothing: number[] = [];
  const check: number[] = [];
  const peaks: number[] = [];
  for (let pair = 0; pair <= PAIRS; pair++) {
    const one = timed(['-e', '0']);
    const other = timed([join(ROOT, 'dist/steadfast.js'), 'check', PLAN]);
    if (pair === 0) continue;
    nothing.push(one.wallMs);
    check.push(other.wallMs);
    peaks.push(other.peakMegabytes);
  }
  return {
    nothingMs: median(nothing),
    checkMs: median(check),
    ratio: median(check.map((ms, index) => ms / nothing[index]!)),
    checkPeakMegabytes: median(peaks),
  };
}

/** GNU time tells the peak memory of the whole process; its own start is part of both figures. */
function timed(args: string[]): { wallMs: number; peakMegabytes: number } {
  const started = performance.now();
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, ...args], { encoding: 'utf8' });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wallMs, peakMegabytes: Number(stderr.trim().split('\n').at(-1)) / 1024 };
}
