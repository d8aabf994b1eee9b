/**
 * `blackbox-load.ts ADDRESS TARGET MS WIDTH PID`: asks a blackbox_exporter to probe, on so many connections; prints how many probes succeeded, and
 * the exporter's CPU time. Written on bare sockets, so that it can ask faster than the exporter answers.
 */
import { connect, type Socket } from 'node:net';
import { cpuSecondsOf } from '../cpu-seconds.ts';
import type { ProbingRate } from '../zmtp.ts';

const [address, target, length, width, pid] = process.argv.slice(2) as [string, string, string, string, string];
const [host, port] = address.split(':') as [string, string];
const request = `GET /probe?module=tcp_connect&target=${target} HTTP/1.1\r\nHost: ${address}\r\n\r\n`;

await askFor(2500);
const cpuBefore = cpuSecondsOf(Number(pid));
const started = performance.now();
const succeeded = await askFor(Number(length));
const seconds = (performance.now() - started) / 1000;
const rate: ProbingRate = {
  perSecond: succeeded / seconds,
  perCpuSecond: succeeded / (cpuSecondsOf(Number(pid)) - cpuBefore),
};
console.log(JSON.stringify(rate));

async function askFor(ms: number): Promise<number> {
  const until = performance.now() + ms;
  let count = 0;
  const askOn = async () => {
    const socket = connect(Number(port), host);
    while (performance.now() < until) {
      const answer = await ask(socket);
      if (!/^probe_success 1$/m.test(answer)) throw new Error(`a probe failed: ${answer}`);
      count++;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: Number(width) }, askOn));
  return count;
}

function ask(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = '';
  const take = (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    if (!isWhole(answer)) return;
    socket.off('data', take).off('error', reject);
    resolve(answer);
  };
  socket.on('data', take).on('error', reject);
  socket.write(request);
  return promise;
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const bytes = /^content-length: (\d+)\r$/im.exec(answer.slice(0, head + 1))?.[1];
  return bytes === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length - head - 4 >= Number(bytes);
}
