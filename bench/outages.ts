import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab } from '../lab/lab.ts';
import { freePorts } from '../lab/processes/ports.ts';
import { createResolver } from '../lab/resolve.ts';
import { systemClock } from '../src/scheduler/system-clock.ts';
import { Blackbox } from './outages/blackbox.ts';
import { ChaosToolkits } from './outages/chaos-toolkit.ts';
import { dealOutages, type Moment, middle, type Outage, TARGETS, trueLengthMs } from './outages/outage.ts';
import { probedRun, type Reported } from './outages/probed-run.ts';
import { type Sightings, sightingsOf } from './outages/sightings.ts';
import { Toxics } from './outages/toxics.ts';

/** The same outages as the program and two others saw them, in one run. */
export interface OutagesSeen {
  outages: number;
  shortestMs: number;
  longestMs: number;
  /** How long the calls took that began or ended an outage: so well the truth is known. */
  truthKnownToMs: { p50: number; p95: number };
  /** `seen` counts those of which both intervals are bounded, `true` those of which both hold the truth. */
  steadfast: Sightings & { true: number; widthsMs: number[] };
  blackbox: Sightings;
  chaosToolkit: Sightings;
  /** How long the program's own event loop stood still meanwhile. */
  probersLostMs: number;
}

const SEED = 7;

/** Black holes behind a real Toxiproxy, in many targets at a time, met by the production program, blackbox_exporter and the Chaos Toolkit. */
export async function benchOutages(): Promise<OutagesSeen> {
  const resolver = createResolver();
  const [blackboxProgram, packages, python] = await Promise.all([
    resolver('blackbox-exporter'),
    resolver('chaos-toolkit'),
    resolver('python'),
  ]);
  await using lab = await startLab({ services: ['engine', 'toxiproxy'] });
  const clock = systemClock();
  const toxics = new Toxics(lab.variables['TOXIPROXY_URL']!, clock);
  const upstream = new URL(lab.variables['ENGINE_STATE']!).host;
  const targets = Array.from({ length: TARGETS }, (_, target) => target);
  const addresses = await Promise.all(targets.map((target) => toxics.open(target, upstream)));
  const outages = dealOutages(SEED);
  const ofRound = (index: number) => outages.filter(({ round }) => round === index);

  using folder = temporaryFolder();
  using toolkits = new ChaosToolkits(folder.path);
  await toolkits.begin(python.path, packages.path, addresses);
  await using blackbox = new Blackbox(blackboxProgram.path, (await freePorts(1))[0]!, folder.path);
  await blackbox.begin(addresses, clock);
  const { reported, report } = await probedRun(addresses, clock, async (index, from) => {
    await Promise.all(ofRound(index).map((outage) => toxics.cause(outage, from)));
  });
  await blackbox.stop();
  return {
    ...truthOf(outages),
    steadfast: judgedOf(outages, reported),
    blackbox: sightingsOf(outages, blackbox.looks),
    chaosToolkit: sightingsOf(outages, await toolkits.finish(clock)),
    probersLostMs: (report.probers ?? []).reduce((sum, { stalledMs }) => sum + stalledMs, 0),
  };
}

function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function truthOf(outages: readonly Outage[]) {
  const calls = outages.flatMap(({ began, ended }) => [began!, ended!]).map(([asked, done]) => done - asked);
  const lengths = outages.map(trueLengthMs);
  return {
    outages: outages.length,
    shortestMs: Math.min(...lengths),
    longestMs: Math.max(...lengths),
    truthKnownToMs: { p50: share(calls, 0.5), p95: share(calls, 0.95) },
  };
}

function judgedOf(outages: readonly Outage[], reported: readonly (readonly Reported[])[]): OutagesSeen['steadfast'] {
  const told = { seen: 0, true: 0, errorsMs: [] as number[], widthsMs: [] as number[] };
  for (const outage of outages) {
    const { began, ended } = reported[outage.round]![outage.target]!;
    if (![...began, ...ended].every(Number.isFinite)) continue;
    told.seen++;
    if (holds(began, outage.began!) && holds(ended, outage.ended!)) told.true++;
    told.errorsMs.push(Math.abs(middle(ended) - middle(began) - trueLengthMs(outage)));
    told.widthsMs.push(began[1] - began[0], ended[1] - ended[0]);
  }
  return told;
}

/** The truth itself is known to within a call. */
function holds([low, high]: readonly [number, number], [asked, done]: Moment): boolean {
  return low <= done && high >= asked;
}

/** The value below which that share of them lies. */
export function share(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
}
