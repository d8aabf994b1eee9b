/**
 * `node bench/fuzz-zmtp.ts [INPUTS] [SEED]`: gives damaged conversations to the ZMTP client, each in pieces and at once, in a process of its
 * own. Fails where one crashes it, where it hangs, where it makes a difference how the bytes are cut, or where memory grows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuSecondsOf } from './cpu-seconds.ts';
import { tellRows } from './rows.ts';

/** How the process that tries the inputs stands. */
export interface FuzzProgress {
  run: number;
  endings: Record<string, number>;
  /** CPU time, which other work on the machine does not lengthen. */
  slowestMs: number;
  /** All that the process has taken. */
  cpuSeconds: number;
  /** After a collection of garbage. */
  heldBytes: number;
}

/** Of CPU time without news: a machine that is busy with other things makes nobody hang. */
const HANGS_AFTER_SECONDS = 30;
const GROWTH_LIMIT_MEGABYTES = 2;
/** Until code is compiled and pools are filled. */
const WARM_UP_SHARE = 0.1;

const runs = Number(process.argv[2] ?? 2_000_000);
const seed = Number(process.argv[3] ?? 1);
const child = spawn(
  process.execPath,
  ['--expose-gc', join(import.meta.dirname, 'children/fuzz-zmtp.ts'), String(runs), String(seed)],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const exited = once(child, 'exit');
const steps: FuzzProgress[] = [];
const watch = setInterval(() => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (cpuSecondsOf(child.pid!) - (steps.at(-1)?.cpuSeconds ?? 0) > HANGS_AFTER_SECONDS) child.kill('SIGKILL');
}, 1000);
for await (const line of createInterface({ input: child.stdout })) {
  steps.push(JSON.parse(line) as FuzzProgress);
}
const [code, signal] = (await exited) as [number | null, string | null];
clearInterval(watch);

const last = steps.at(-1);
const warm = steps.find(({ run }) => run >= runs * WARM_UP_SHARE);
const grownMegabytes = last && warm ? (last.heldBytes - warm.heldBytes) / 1e6 : Number.NaN;
const endings = Object.entries(last?.endings ?? {}).toSorted(([, a], [, b]) => b - a);
tellRows([
  {
    what: `damaged ZMTP conversations that were read or refused (seed ${seed})`,
    measured: `${last?.run ?? 0}: ${endings.map(([ending, count]) => `${count} ${ending}`).join(', ')}`,
    limit: `all ${runs}; the process ended with ${signal ?? code}`,
    holds: code === 0 && last?.run === runs,
  },
  {
    what: 'CPU time of the slowest of them',
    measured: `${last?.slowestMs.toFixed(0)} ms`,
    limit: '1000 ms',
    holds: last !== undefined && last.slowestMs < 1000,
  },
  {
    what: 'growth of memory from the first tenth to the end',
    measured: `${grownMegabytes.toFixed(2)} MB`,
    limit: `${GROWTH_LIMIT_MEGABYTES} MB`,
    holds: grownMegabytes < GROWTH_LIMIT_MEGABYTES,
  },
]);
