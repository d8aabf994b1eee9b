/** `zmtp-handshakes.ts PORT MS WIDTH`: samples of the probe, so many at a time; prints how many were good, and the CPU time. */
import { silentLog } from '../../src/clients/log.ts';
import { zmtpPortProbe } from '../../src/probes/zmtp-port/probe.ts';
import type { ProbingRate } from '../zmtp.ts';

const [port, lengthMs, width] = process.argv.slice(2).map(Number) as [number, number, number];
const config = zmtpPortProbe.config.parse({ endpoint: `tcp://127.0.0.1:${port}`, peer: 'PUB' });
const session = await zmtpPortProbe.open(config, {
  ...{ probe: 'bench', vantage: 'runner', run: 'bench', intervalMs: 1000, timeoutMs: 5000, log: silentLog },
  ...{ now: () => performance.now(), wallClockMs: () => Date.now(), random: () => 0 },
  source: () => {
    throw new Error('there are no sources');
  },
});
const forEver = new AbortController().signal;

// Until the code is compiled.
await sampleFor(2500);
const cpuBefore = process.cpuUsage();
const started = performance.now();
const good = await sampleFor(lengthMs);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const rate: ProbingRate = { perSecond: good / seconds, perCpuSecond: good / ((user + system) / 1e6) };
console.log(JSON.stringify(rate));
await session.close();

async function sampleFor(ms: number): Promise<number> {
  const until = performance.now() + ms;
  let good = 0;
  const sampleOn = async () => {
    while (performance.now() < until) {
      const { outcome, reason } = await session.sample(forEver);
      if (outcome !== 'good') throw new Error(`a sample was ${outcome}: ${reason}`);
      good++;
    }
  };
  await Promise.all(Array.from({ length: width }, sampleOn));
  return good;
}
