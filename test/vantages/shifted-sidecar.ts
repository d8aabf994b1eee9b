/** A process that serves a vantage on a clock that is wrong by a known offset: `node shifted-sidecar.ts AHEAD_MS DRIFT_PPM`. */
import { serveStations } from '../../src/cli/serve/http-server.ts';
import { Station } from '../../src/cli/serve/station.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import { OffsetClock } from './offset-clock.ts';
import { stampPlan, stampSession } from './stamps.ts';

const [aheadMs = 0, driftPpm = 0] = process.argv.slice(2).map(Number);
const clock = new OffsetClock(systemClock(), aheadMs, driftPpm * 1e-6);
const station = new Station({
  ...{ plan: stampPlan, vantage: 'gateway', instance: 'shifted', boot: 'b1', version: '0.0.0', clock },
  ...{ memory: { bytes: 1e6, ageMs: 1e6 }, drainMs: 1000 },
  probes: stampPlan.probes.map((spec) => ({ spec, session: stampSession })),
  masked: (entry) => entry,
  note: () => {},
});
const server = await serveStations([station], '127.0.0.1:0');
console.log('address' in server ? server.address : server.problem);
