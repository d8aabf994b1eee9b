import { readFileSync } from 'node:fs';
import { parsePidFile, signalProcess } from './pid-file.ts';

const guarded = new Set<string>();
const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Kills what the pid file names when this process ends, whichever way: normally, by an exception, or by a signal. Only
 * SIGKILL escapes; what it leaves behind, the next start sweeps.
 */
export function killOnExit(pidFile: string): void {
  if (guarded.size === 0) {
    process.on('exit', killGuarded);
    for (const signal of fatalSignals) process.on(signal, endBySignal);
  }
  guarded.add(pidFile);
}

/** Lets the processes outlive us: for a launcher whose work is done. */
export function releaseAll(): void {
  guarded.clear();
  process.removeListener('exit', killGuarded);
  for (const signal of fatalSignals) process.removeListener(signal, endBySignal);
}

function killGuarded(): void {
  for (const pidFile of guarded) {
    const identity = parsePidFile(readIfThere(pidFile));
    if (identity !== undefined) signalProcess(identity, 'SIGKILL');
  }
}

/** Whoever listens to the signal too decides when to end; if nobody does, the signal has its usual effect. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killGuarded();
  process.removeListener(signal, endBySignal);
  process.kill(process.pid, signal);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
