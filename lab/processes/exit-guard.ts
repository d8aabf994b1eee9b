import { readFileSync } from 'node:fs';
import { parsePidFile, signalProcess } from './pid-file.ts';

/** Ends something at once, without waiting. */
type Kill = () => void;

const guarded = new Set<Kill>();
const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `kill` when this process ends, whichever way: normally, by an exception, or by a signal. Only SIGKILL escapes;
 * what it leaves behind, the next start sweeps. Gives a function that takes the guard away.
 */
export function guard(kill: Kill): () => void {
  if (guarded.size === 0) listen();
  guarded.add(kill);
  return () => {
    guarded.delete(kill);
    if (guarded.size === 0) stopListening();
  };
}

/** Kills at the end of this process what the pid file names then. */
export function killOnExit(pidFile: string): void {
  guard(() => {
    const identity = parsePidFile(readIfThere(pidFile));
    if (identity !== undefined) signalProcess(identity, 'SIGKILL');
  });
}

/** Lets the processes outlive us: for a launcher whose work is done. */
export function releaseAll(): void {
  guarded.clear();
  stopListening();
}

function listen(): void {
  process.on('exit', killGuarded);
  for (const signal of fatalSignals) process.on(signal, endBySignal);
}

function stopListening(): void {
  process.removeListener('exit', killGuarded);
  for (const signal of fatalSignals) process.removeListener(signal, endBySignal);
}

function killGuarded(): void {
  for (const kill of guarded) kill();
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
