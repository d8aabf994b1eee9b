import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { guard } from '../processes/exit-guard.ts';

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  /** Leave out of the result what is printed on the error stream. */
  answersOnly?: boolean;
}

const longestOutput = 1_000_000;

/**
 * Runs a command to its end and gives what it printed on both streams; throws with the last lines when it fails. The
 * command and all it started are killed when it takes too long, or when this process ends first.
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const shown = [command, ...args].join(' ');
  const { cwd, env, timeoutMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = collect(child.stdout, child.stderr);
    const answer = options.answersOnly ? collect(child.stdout) : output;
    const kill = () => killGroup(child.pid);
    const unguard = guard(kill);
    const timer = setTimeout(kill, timeoutMs);
    const over = () => {
      clearTimeout(timer);
      unguard();
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      over();
      reject(new Error(error.code === 'ENOENT' ? `there is no ${command}` : `${shown}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      over();
      if (code === 0) resolve(answer());
      else reject(new Error(`${shown} ended with ${signal ?? code}:\n${lastLines(output(), 8)}`));
    });
  });
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function collect(...streams: Readable[]): () => string {
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-longestOutput);
  };
  for (const stream of streams) stream.on('data', keep);
  return () => output;
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // it ended in this moment
  }
}
