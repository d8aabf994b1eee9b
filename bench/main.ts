/** `make bench`: every measured promise, as ratios taken in one run. */

import { measureMergeError } from '../test/vantages/merge-error.ts';
import { benchCheckStartup } from './check-startup.ts';
import { benchKafkaLag } from './kafka-lag.ts';
import { benchMillionSamples } from './million-samples.ts';
import { outageRows } from './outage-rows.ts';
import { benchOutages } from './outages.ts';
import { type Row, tellRows } from './rows.ts';
import { benchSidecarMemory } from './sidecar.ts';
import { benchStreamChecker } from './stream-checker.ts';
import { benchThousandProbes } from './thousand-probes.ts';
import { zmtpRows } from './zmtp.ts';

const rows: Row[] = [];

const million = await benchMillionSamples();
const judging = million.judge.wallMs / million.parse.wallMs;
rows.push({
  what: `judging ${million.samples} samples (${million.megabytes.toFixed(0)} MB), over JSON.parse of its lines`,
  measured: `${judging.toFixed(2)} times (${million.judge.wallMs.toFixed(0)} ms over ${million.parse.wallMs.toFixed(0)} ms)`,
  limit: '2 times',
  holds: judging <= 2,
});
rows.push({
  what: 'peak memory of that',
  measured: `${million.judge.peakMegabytes.toFixed(0)} MB`,
  limit: '300 MB',
  holds: million.judge.peakMegabytes < 300,
});

const startup = benchCheckStartup();
rows.push({
  what: 'steadfast check from the bundle, over node -e 0',
  measured: `${startup.ratio.toFixed(2)} times (${startup.checkMs.toFixed(0)} ms over ${startup.nothingMs.toFixed(0)} ms; the first time ${startup.firstRatio.toFixed(2)} times)`,
  limit: '3 times',
  holds: startup.ratio <= 3,
});
rows.push({
  what: 'peak memory of that',
  measured: `${startup.checkPeakMegabytes.toFixed(0)} MB`,
  limit: '80 MB',
  holds: startup.checkPeakMegabytes < 80,
});

const sidecar = await benchSidecarMemory();
rows.push({
  what: 'own memory of a sidecar whose memory is full',
  measured: `${sidecar.ownMegabytes.toFixed(0)} MB (${sidecar.samplesKept} samples kept, ${sidecar.samplesFallenOut} fallen out; resident with what it shares ${sidecar.residentMegabytes.toFixed(0)} MB)`,
  limit: '60 MB',
  holds: sidecar.ownMegabytes < 60 && sidecar.samplesFallenOut > 0,
});

for (const [what, shift] of [
  ['a day ahead', { aheadMs: 86_400_000 }],
  ['an hour behind, drifting by 300 ppm', { aheadMs: -3_600_000, driftPpm: 300 }],
  ['behind a way of 30 ms there and 2 ms back', { aheadMs: 12_345, thereMs: 30, backMs: 2 }],
] as const) {
  const error = await measureMergeError(shift, 10_000);
  rows.push({
    what: `error of merged times from a clock that is ${what}`,
    measured: `p50 ${error.p50.toFixed(2)} ms, p95 ${error.p95.toFixed(2)} ms, recorded bounds ${error.bounds.map((ms) => ms.toFixed(1)).join('..')} ms, ${error.samples} samples`,
    limit: 'inside the bounds',
    holds: error.hold,
  });
}

const probing = benchThousandProbes();
rows.push({
  what: `1000 probes at 5 Hz on one core: slots due, answered, gaps`,
  measured: `${probing.due}, ${probing.samples}, ${probing.gaps} (${(probing.coreShare * 100).toFixed(0)}% of the core, p99 start ${probing.p99LatenessMs.toFixed(1)} ms late)`,
  limit: 'no gap',
  holds: probing.gaps === 0 && probing.samples === probing.due,
});

rows.push(...outageRows(await benchOutages()));

const checking = await benchStreamChecker(2000);
const others = checking.exactLosses;
rows.push({
  what: `event streams of which everything is known (${checking.histories}, ${checking.batches} batches): all six counts exact`,
  measured: `${checking.exact}${checking.wrongSeeds.length > 0 ? ` (wrong seeds: ${checking.wrongSeeds.slice(0, 5).join(', ')})` : ''}`,
  limit: 'all',
  holds: checking.exact === checking.histories,
});
rows.push({
  what: 'of the same streams, the losses alone exact by the rules of kminion, of Xinfra Monitor (its duplicates)',
  measured: `${others.kminion}, ${others.xinfra} (${checking.exactDuplicates.xinfra})`,
  limit: 'fewer than ours',
  holds: Math.max(others.kminion, others.xinfra) < checking.exact,
});
rows.push(...(await zmtpRows()));
const lag = await benchKafkaLag();
const program = lag.programMs - lag.programListMs;
rows.push({
  what: `lag of ${lag.groups} groups of ${lag.partitions} partitions each in one look, over Kafka's own program without its start`,
  measured: `${(lag.lookMs / program).toFixed(2)} times (${lag.lookMs.toFixed(0)} ms with ${lag.requests} requests and ${lag.lookCpuMs.toFixed(0)} ms of CPU, over ${program.toFixed(0)} ms and ${lag.programListMs.toFixed(0)} ms to start and list; a call for each group ${lag.oneByOneMs.toFixed(0)} ms)`,
  limit: '0.5 times, and the same lag by all',
  holds: lag.lookMs <= 0.5 * program && lag.agree,
});
for (const { monitor, sweepMs, cpuMs, lag: told } of lag.monitors)
  rows.push({
    what: `the same look, over an answer of ${monitor} to Prometheus`,
    measured: `${(lag.lookMs / sweepMs).toFixed(2)} times (${lag.lookMs.toFixed(0)} ms with ${lag.lookCpuMs.toFixed(0)} ms of CPU, over ${sweepMs.toFixed(0)} ms with ${cpuMs.toFixed(0)} ms; lag told: ${told})`,
    limit: 'none, for comparison',
    holds: true,
  });

tellRows(rows);
