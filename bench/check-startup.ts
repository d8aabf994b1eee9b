import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './child.ts';

/** Whole-process figures of `steadfast check` from the bundle, beside a Node that does nothing. */
export interface CheckStartup {
  nothingMs: number;
  checkMs: number;
  /** The median of the ratios, pair by pair. */
  ratio: number;
  /** The very first time, when nothing that is compiled was kept yet, over the median of nothing. */
  firstRatio: number;
  checkPeakMegabytes: number;
}

const PAIRS = 15;
const ROOT = join(import.meta.dirname, '..');
const PLAN = join(ROOT, 'examples/first.yaml');

export function benchCheckStartup(bundle = join(ROOT, 'dist/steadfast.js')): CheckStartup {
  const cache = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  try {
    return inCacheFolder(cache, bundle);
  } finally {
    rmSync(cache, { recursive: true });
  }
}

function inCacheFolder(cache: string, bundle: string): CheckStartup {
  const first = timed([bundle, 'check', PLAN], cache).wallMs;
  const nothing: number[] = [];
  const check: number[] = [];
  const peaks: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const one = timed(['-e', '0'], cache);
    const other = timed([bundle, 'check', PLAN], cache);
    nothing.push(one.wallMs);
    check.push(other.wallMs);
    peaks.push(other.peakMegabytes);
  }
  return {
    nothingMs: median(nothing),
    checkMs: median(check),
    ratio: median(check.map((ms, index) => ms / nothing[index]!)),
    firstRatio: first / median(nothing),
    checkPeakMegabytes: median(peaks),
  };
}

/** GNU time tells the peak memory of the whole process; its own start is part of both figures. */
function timed(args: string[], cache: string): { wallMs: number; peakMegabytes: number } {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const command = ['-f', '%M', process.execPath, ...args];
  const started = performance.now();
  const { stderr, status } = spawnSync('/usr/bin/time', command, { encoding: 'utf8', env });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wallMs, peakMegabytes: Number(stderr.trim().split('\n').at(-1)) / 1024 };
}
