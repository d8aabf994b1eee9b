import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { kvRoutingProbe } from '../../../src/probes/kv-routing/probe.ts';
import { outcomes, probeIn, samples, worldOf, worldWithProbe } from './probe-in-world.ts';

describe('it stays small', () => {
  test('a slot costs few requests, and no prompt is sent twice', async () => {
    const world = await worldWithProbe();
    await samples(world, 4);
    const before = world.engines.reduce((sum, { asked }) => sum + asked.length, 0);
    const through = world.gateway.asked.length;

    await samples(world, 10);

    expect(world.engines.reduce((sum, { asked }) => sum + asked.length, 0) - before).toBeLessThanOrEqual(24);
    expect(world.gateway.asked.length - through).toBeLessThanOrEqual(12);
    const all = [...world.gateway.asked, ...world.engines.flatMap(({ asked }) => asked)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('an interval that would make it a load measures nothing, and asks nobody', async () => {
    const world = await worldOf();
    const probe = await probeIn(world, {}, { intervalMs: 100 });

    expect(outcomes(await samples(probe, 2))).toEqual(
      Array(2).fill('an interval below 250ms would be a load and no measurement'),
    );
    expect(world.gateway.asked).toEqual([]);
  });

  test('two runs of the same seed plant nothing of each other’s', async () => {
    const world = await worldOf();
    const beginnings: string[][] = [];
    for (const run of ['one-run', 'another-run']) {
      const probe = await probeIn(world, {}, { run, random: () => 0.5, wallClockMs: () => 1 });
      await samples(probe, 2);
      const asked = [...world.gateway.asked.splice(0), ...world.engines.flatMap((engine) => engine.asked.splice(0))];
      beginnings.push(asked.map((text) => text.slice(0, 30)));
    }

    const [one, another] = beginnings as [string[], string[]];
    expect(another.length).toBeGreaterThan(5);
    expect(another.filter((text) => one.includes(text))).toEqual([]);
  });
});

describe('the way in', () => {
  test('chat is asked as chat', async () => {
    expect(outcomes(await samples(await worldWithProbe({ api: 'chat', model: 'm' }), 3))).toEqual(
      Array(3).fill('good'),
    );
  });

  test('engines that the config names are asked at its addresses, and no stranger is needed to meet them', async () => {
    const world = await worldOf();
    const names = world.engines.map((engine, at) => [`vllm-${at}`, engine.server.url] as const);
    for (const [at, engine] of world.engines.entries()) engine.target = `vllm-${at}`;
    const probe = await probeIn(world, { engines: Object.fromEntries(names) });

    const readings = await samples(probe, 3);

    expect(outcomes(readings)).toEqual(Array(3).fill('good'));
    expect(world.gateway.asked).toHaveLength(3);
  });

  test('what lets us in at the gateway is never sent to an engine', async () => {
    const world = await worldWithProbe({ headers: { 'x-secret': 'open sesame' } });
    await samples(world, 2);

    const secretsSeenBy = ({ headersSeen }: { headersSeen: IncomingHttpHeaders[] }) =>
      new Set(headersSeen.map((headers) => headers['x-secret']));
    expect([...secretsSeenBy(world.gateway)]).toEqual(['open sesame']);
    for (const engine of world.engines) expect([...secretsSeenBy(engine)]).toEqual([undefined]);
  });

  test.each([
    ['a template without a place for the name', { engineUrl: 'http://engine:8000' }],
    ['a template with credentials', { engineUrl: 'http://user:word@{target}' }],
    ['a header that is none', { targetHeader: 'target pod' }],
    ['a prefix too short to have halves', { prefixWords: 8 }],
  ])('%s is refused with the plan', (_, config) => {
    expect(kvRoutingProbe.config.safeParse({ gateway: 'http://x', ...config }).success).toBe(false);
  });
});
