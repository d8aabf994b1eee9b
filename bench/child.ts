import { spawnSync } from 'node:child_process';

/** A process's figures in its least disturbed run. */
export interface ChildMeasurement {
  wallMs: number;
  peakMegabytes: number;
}

const RUNS = 5;

/**
 * Runs each command in turn (A B A B ...), so that a machine that slows down slows all of them; the shortest time of each counts, since other
 * work on the machine only ever adds. Each child prints `{wallMs, peakKilobytes}`.
 */
export async function measureChild(...commands: string[][]): Promise<ChildMeasurement[]> {
  const runs = commands.map((): ChildMeasurement[] => []);
  for (let run = 0; run < RUNS; run++)
    for (const [index, command] of commands.entries()) runs[index]!.push(runChild(command));
  return runs.map((each) => ({
    wallMs: Math.min(...each.map(({ wallMs }) => wallMs)),
    peakMegabytes: Math.max(...each.map(({ peakMegabytes }) => peakMegabytes)),
  }));
}

function runChild(command: string[]): ChildMeasurement {
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`);
  const { wallMs, peakKilobytes } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  return { wallMs: wallMs!, peakMegabytes: peakKilobytes! / 1024 };
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
