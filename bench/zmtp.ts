import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../lab/processes/ports.ts';
import { createResolver } from '../lab/resolve.ts';
import { median } from './child.ts';
import type { Row } from './rows.ts';

/** What a prober did, for each second of wall time and of its own CPU time. */
export interface ProbingRate {
  perSecond: number;
  perCpuSecond: number;
}

/** What a receiver did for each second of its CPU time, and what it held. */
export interface Receiving {
  perCpuSecond: number;
  payloadMegabytes: number;
  grownMegabytes: number;
  peakMegabytes: number;
}

const ROUNDS = 3;
const ROUND_MS = 2000;
/** Probes at a time: each tool is taken at the width that suits it better. */
const WIDTHS = [32, 128];
const BINDING_MESSAGES = 200_000;
/** A thousand messages a second, for an hour. */
const HOUR_OF_MESSAGES = 3_600_000;

/** Measured processes have the first core for themselves; whatever feeds them has the others. */
const MEASURED_CORE = ['taskset', '-c', '0'];
const OTHER_CORES = ['taskset', '-c', '1-1023'];

/** The ZMTP client beside the best tool of each kind, in one run. */
export async function zmtpRows(): Promise<Row[]> {
  return [...(await handshakeRows()), ...(await receivingRows())];
}

async function handshakeRows(): Promise<Row[]> {
  await using listener = await startChild('zmtp-listener.ts');
  await using blackbox = await startBlackbox();
  const rounds = Array.from({ length: ROUNDS }, () =>
    WIDTHS.map((width) => ({
      ours: measured<ProbingRate>(MEASURED_CORE, 'zmtp-handshakes.ts', listener.port, ROUND_MS, width),
      theirs: measured<ProbingRate>(
        OTHER_CORES,
        ...['blackbox-load.ts', `127.0.0.1:${blackbox.port}`, `127.0.0.1:${listener.port}`, ROUND_MS, width],
        blackbox.process.pid!,
      ),
    })),
  );
  const of = (who: 'ours' | 'theirs', what: keyof ProbingRate) =>
    Math.max(...WIDTHS.map((_, width) => median(rounds.map((round) => round[width]![who][what]))));
  const [ours, theirs] = [of('ours', 'perCpuSecond'), of('theirs', 'perCpuSecond')];
  return [
    {
      what: `ZMTP handshakes for each second of a core, over tcp_connect of blackbox_exporter ${blackbox.version} at the same libzmq PUB`,
      measured: `${(ours / theirs).toFixed(2)} times (${ours.toFixed(0)} over ${theirs.toFixed(0)}; by the clock, with what else the core did, ${of('ours', 'perSecond').toFixed(0)} over ${of('theirs', 'perSecond').toFixed(0)})`,
      limit: 'at least 2 times',
      holds: ours >= 2 * theirs,
    },
  ];
}

async function receivingRows(): Promise<Row[]> {
  await using sender = await startChild('zmtp-sender.ts');
  const receive = (who: 'ours' | 'binding', messages: number) =>
    measured<Receiving>(MEASURED_CORE, 'zmtp-receive.ts', who, sender.port, messages);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: receive('ours', 5 * BINDING_MESSAGES).perCpuSecond,
    theirs: receive('binding', BINDING_MESSAGES).perCpuSecond,
  }));
  const [ours, theirs] = [median(rounds.map((round) => round.ours)), median(rounds.map((round) => round.theirs))];
  const hour = receive('ours', HOUR_OF_MESSAGES);
  return [
    {
      what: 'ZMTP messages received for each second of CPU time, over the zeromq binding, from one raw sender flat out',
      measured: `${(ours / theirs).toFixed(2)} times (${ours.toFixed(0)} over ${theirs.toFixed(0)})`,
      limit: 'at least 5 times',
      holds: ours >= 5 * theirs,
    },
    {
      what: `growth of memory over ${HOUR_OF_MESSAGES} messages (${hour.payloadMegabytes.toFixed(0)} MB), from the first tenth to the end`,
      measured: `${hour.grownMegabytes.toFixed(2)} MB (peak with all of Node ${hour.peakMegabytes.toFixed(0)} MB)`,
      limit: '4 MB',
      holds: hour.grownMegabytes < 4,
    },
  ];
}

interface Running extends AsyncDisposable {
  process: ChildProcess;
  port: number;
}

/** A child that prints its port first. */
async function startChild(file: string): Promise<Running> {
  const [program, ...args] = [...OTHER_CORES, process.execPath, join(import.meta.dirname, 'children', file)];
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, port: Number(line), [Symbol.asyncDispose]: () => ended(child) };
}

async function startBlackbox(): Promise<Running & { version: string }> {
  const { path, version } = await createResolver()('blackbox-exporter');
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  const config = join(folder, 'blackbox.yml');
  writeFileSync(config, 'modules: {tcp_connect: {prober: tcp, timeout: 5s}}\n');
  const [port] = (await freePorts(1)) as [number];
  const options = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'];
  const [program, ...args] = [...MEASURED_CORE, path, ...options];
  const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  while (!(await isUp(port))) await sleep(50);
  const dispose = async () => {
    await ended(child);
    rmSync(folder, { recursive: true });
  };
  return { process: child, port, version, [Symbol.asyncDispose]: dispose };
}

async function isUp(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/healthy`).catch(() => undefined);
  return answer?.ok === true;
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Runs a child to its end, and gives what it printed. */
function measured<Result>(where: string[], file: string, ...args: (string | number)[]): Result {
  const child = join(import.meta.dirname, 'children', file);
  const [program, ...rest] = [...where, process.execPath, '--expose-gc', child, ...args.map(String)];
  const { stdout, stderr, status } = spawnSync(program!, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Result;
}
