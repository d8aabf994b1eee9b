import type { Sightings } from './outages/sightings.ts';
import { type OutagesSeen, share } from './outages.ts';
import type { Row } from './rows.ts';

/** Ours with its promise; of the others nothing is promised. */
export function outageRows(run: OutagesSeen): Row[] {
  const { outages, shortestMs, longestMs, steadfast, truthKnownToMs, probersLostMs } = run;
  const widths = `p50 ${seconds(share(steadfast.widthsMs, 0.5))}, p95 ${seconds(share(steadfast.widthsMs, 0.95))}`;
  const known = `the truth known to p50 ${seconds(truthKnownToMs.p50)}, p95 ${seconds(truthKnownToMs.p95)}`;
  return [
    {
      what: `${outages} outages of ${seconds(shortestMs)} to ${seconds(longestMs)}, probed every 100 ms: seen, both intervals true`,
      measured: `${steadfast.seen}, ${steadfast.true} (intervals ${widths}; ${known}; ${lengthsOf(steadfast)}; the prober lost ${seconds(probersLostMs)})`,
      limit: 'all',
      holds: steadfast.seen === outages && steadfast.true === outages,
    },
    row(`the same outages, blackbox_exporter scraped every second: seen`, run.blackbox),
    row(`the same outages, Chaos Toolkit's continuous hypothesis at its own pace: seen`, run.chaosToolkit),
  ];
}

function row(what: string, sightings: Sightings): Row {
  return { what, measured: `${sightings.seen} (${lengthsOf(sightings)})`, limit: 'none, for comparison', holds: true };
}

function lengthsOf({ errorsMs }: Sightings): string {
  const errors = [share(errorsMs, 0.5), share(errorsMs, 0.95), Math.max(...errorsMs)].map(seconds);
  return `length wrong by p50 ${errors[0]}, p95 ${errors[1]}, at most ${errors[2]}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
