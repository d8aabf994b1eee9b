import { spawnSync } from 'node:child_process';

/** A process's figures, medians over its runs. */
export interface ChildMeasurement {
  wallMs: number;
  peakMegabytes: number;
}

const RUNS = 3;

/** Runs each command in turn (A B A B ...), so that a machine that slows down slows all of them. Each child prints `{wallMs, peakBytes}`. */
export async function measureChild(...commands: string[][]): Promise<ChildMeasurement[]> {
  const runs = commands.map((): ChildMeasurement[] => []);
  for (let run = 0; run < RUNS; run++)
    for (const [index, command] of commands.entries()) runs[index]!.push(runChild(command));
  return runs.map((each) => ({
    wallMs: median(each.map(({ wallMs }) => wallMs)),
    peakMegabytes: median(each.map(({ peakMegabytes }) => peakMegabytes)),
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
