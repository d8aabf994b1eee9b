import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { temporalWorkflowProbe } from '../../../src/probes/temporal-workflow/probe.ts';
import { problemOfFinal, problemOfReading } from '../../../src/scheduler/reading-check.ts';
import { closedPort, garbageServer, silentServer } from '../../loopback/servers.ts';
import { openProbe } from '../session.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function watchAt(address: string, timeoutMs = 600) {
  const config = { address, taskQueue: 'q', workflowType: 'w', watch: {} };
  const opened = await openProbe(temporalWorkflowProbe, config, { timeoutMs });
  cleanups.push(opened.close);
  return opened;
}

describe('watching without a server', () => {
  test('nobody is there: each sample says so, with the same words', async () => {
    const { sample } = await watchAt(`127.0.0.1:${await closedPort()}`);

    const readings = [await sample(), await sample()];

    for (const reading of readings) {
      expect(problemOfReading(reading, temporalWorkflowProbe.values)).toBeUndefined();
      expect(reading).toMatchObject({ outcome: 'bad', reason: 'server unreachable: connection refused' });
      expect(reading.covers, 'what nobody counted is not accounted for').toBeUndefined();
    }
  });

  test.for(['silent', 'garbage'])('it is %s: the sample ends within its deadline', async (kind) => {
    const server = await (kind === 'silent' ? silentServer() : garbageServer());
    cleanups.push(() => server.close());
    const { sample, context } = await watchAt(server.address);

    const began = performance.now();
    const reading = await sample();

    expect(performance.now() - began).toBeLessThan(context.timeoutMs + 400);
    expect(reading).toMatchObject({ outcome: 'bad', reason: expect.any(String) });
  });

  test('an aborted sample ends at once, and close leaves no connection', async () => {
    const server = await silentServer();
    cleanups.push(() => server.close());
    const { session, close } = await watchAt(server.address, 5000);
    const stop = new AbortController();
    const sampling = session.sample(stop.signal);
    await wait(50);

    const began = performance.now();
    stop.abort();
    await sampling;
    await close();
    await close();

    expect(performance.now() - began).toBeLessThan(500);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('a drain with nothing in flight is quick, and tells that nothing was', async () => {
    const { session } = await watchAt(`127.0.0.1:${await closedPort()}`);

    const finals = [(await session.drain!(AbortSignal.timeout(3000))) ?? []].flat();

    for (const final of finals) expect(problemOfFinal(final, temporalWorkflowProbe.values)).toBeUndefined();
    expect(finals.flatMap(({ lives }) => lives ?? [])).toEqual([]);
    expect(
      finals.flatMap(({ whole }) => whole ?? []),
      'nobody knows what ended',
    ).toEqual([]);
  });
});
