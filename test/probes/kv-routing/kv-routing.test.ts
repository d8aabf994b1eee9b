import { describe, expect, test } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { outcomes, samples, worldWithProbe } from './probe-in-world.ts';
import { type Engine, toTheBest, type World } from './world.ts';

const total = (readings: readonly Reading[], value: string) =>
  readings.reduce((sum, { values }) => sum + (values[value] ?? 0), 0);

const MISROUTED = 'the prefix went to an engine that holds less of it than another one';
const STALE = 'the prefix went to an engine that does not hold it any more, though another one holds some of it';
const GONE = 'no engine holds the prefix any more';

describe('a gateway whose picture is true', () => {
  const tellings: Record<string, Engine['conduct']['tells']> = {
    'with each answer': 'always',
    'with answers that had something cached': 'hits',
    'by its counters alone': 'never',
  };

  test.for(Object.entries(tellings))('has only hits, where engines tell what was cached %s', async ([, tells]) => {
    const world = await worldWithProbe();
    for (const { conduct } of world.engines) conduct.tells = tells;

    const readings = await samples(world, 6);

    expect(outcomes(readings)).toEqual(Array(6).fill('good'));
    expect([total(readings, 'repeats'), total(readings, 'hits'), total(readings, 'misrouted')]).toEqual([6, 6, 0]);
    expect(readings.at(-1)?.values).toMatchObject({ engines: 3, cachedShare: 1 });
  });

  test('is accounted for up to the end of the run, without which no total could be decided', async () => {
    const world = await worldWithProbe();
    const [, last] = await samples(world, 2);
    const final = await world.session.drain!(AbortSignal.timeout(1000));

    expect(final).toMatchObject({ values: { repeats: 0, hits: 0, misrouted: 0, stale: 0 } });
    expect((final as FinalReading).covers[0]).toBe(last!.covers![1]);
  });

  test('has hits still when an engine has begun anew: the half that another engine holds is then the best', async () => {
    const world = await worldWithProbe();
    await samples(world, 3);
    world.engines[0]!.restart();

    const readings = await samples(world, 6);

    expect(outcomes(readings)).toEqual(Array(6).fill('good'));
    expect(readings.some(({ values }) => values['cachedShare']! < 0.6)).toBe(true);
  });

  test('has hits still when an engine is gone: nobody could have been sent there', async () => {
    const world = await worldWithProbe({ waiting: 9 });
    await samples(world, 4);
    const gone = world.engines[0]!;
    await gone.server.close();
    world.gateway.route = (prompt, engines) => toTheBest(prompt, engines.slice(1));

    const readings = await samples(world, 8);

    expect(outcomes(readings)).toEqual(Array(8).fill('good'));
    expect(readings.at(-1)?.values['engines']).toBe(2);
  });
});

describe('a gateway whose picture is false', () => {
  test('and that sends prefixes anywhere is found, whatever the engine that it chose', async () => {
    const world = await worldWithProbe();
    await samples(world, 3);
    let turn = 0;
    world.gateway.route = (_, engines) => engines[turn++ % engines.length]!;

    const readings = await samples(world, 9);

    expect(total(readings, 'misrouted')).toBeGreaterThan(2);
    expect(total(readings, 'repeats')).toBe(total(readings, 'hits') + total(readings, 'misrouted'));
    expect(readings.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
  });

  test('since it missed what one engine was given, sends to the half what another has whole', async () => {
    const world = await worldWithProbe();
    await samples(world, 3);
    const deaf = world.engines[1]!;
    world.gateway.route = (prompt, engines) =>
      toTheBest(
        prompt,
        engines.filter((engine) => engine !== deaf),
      );

    const readings = await samples(world, 9);

    expect(outcomes(readings)).toContain(MISROUTED);
    expect(total(readings, 'stale')).toBe(0);
  });

  test('since it believes what an engine held before it began anew, is found by the half that another one holds', async () => {
    const world = await worldWithProbe();
    await samples(world, 3);
    const believed = new Map(world.engines.map((engine) => [engine, [...engine.asked]]));
    const belief = (engine: Engine, prompt: string) =>
      Math.max(
        engine.holds(prompt),
        ...believed.get(engine)!.map((text) => (prompt.startsWith(text) ? text.length : 0)),
      );
    world.gateway.route = (prompt, engines) => [...engines].sort((a, b) => belief(b, prompt) - belief(a, prompt))[0]!;
    world.engines[0]!.restart();

    const readings = await samples(world, 6);

    expect(outcomes(readings)).toContain(STALE);
    expect(total(readings, 'stale')).toBe(total(readings, 'misrouted'));
  });
});

test('a gateway that takes what it sent for held, though the engine failed, is found', async () => {
  const world = await worldWithProbe({ waiting: 1 });
  await samples(world, 3);
  const [failing] = world.engines as [Engine];
  const sentThere: string[] = [];
  world.gateway.route = (prompt, engines) => {
    if (sentThere.some((text) => prompt.slice(0, 60) === text)) return failing;
    const chosen = toTheBest(prompt, engines);
    if (chosen === failing) sentThere.push(prompt.slice(0, 60));
    return chosen;
  };
  failing.conduct.status = 500;
  await samples(world, 20);
  failing.conduct.status = 200;

  const readings = await samples(world, 8);

  expect(outcomes(readings)).toContain(STALE);
});

describe('what cannot be known is unknown, and says why', () => {
  const cases: Record<string, { break: (world: World) => void; reason: string; engines?: number }> = {
    'no header': {
      break: ({ gateway }) => {
        gateway.header = undefined;
      },
      reason: 'the answer has no header target-pod: nobody knows which engine gave it',
    },
    'a header that names no host': {
      break: ({ gateway }) => {
        gateway.route = (_, engines) => ({ ...engines[0]!, target: 'http://elsewhere/?x=' });
      },
      reason: 'the gateway names an engine whose address is not known',
    },
    'one engine only': {
      break: () => {},
      engines: 1,
      reason: 'fewer than two engines are known: the gateway has no choice',
    },
    'the gateway does not let us in': {
      break: ({ gateway }) => {
        gateway.refuses = 401;
      },
      reason: 'the gateway does not let us in: HTTP 401',
    },
    'engines that do not count tokens': {
      break: ({ engines }) => {
        for (const { conduct } of engines) conduct.countsPrompts = false;
      },
      reason: 'the engines do not say how many tokens a prompt had',
    },
  };

  test.for(Object.entries(cases))('%s, from the first slot on', async ([, { break: spoil, reason, engines = 3 }]) => {
    const world = await worldWithProbe({}, { engines });
    spoil(world);

    const [reading] = await samples(world, 1);

    expect(reading).toMatchObject({ outcome: 'unknown', reason });
  });

  const counters: Record<string, { metrics: Engine['conduct']['metrics']; reason: string }> = {
    'metrics that cannot be read': {
      metrics: 'refused',
      reason: "the engine's counters were not read before the request",
    },
    'metrics without the counters': {
      metrics: 'absent',
      reason: "the engine's counters were not read before the request",
    },
    'counters that stand still': { metrics: 'still', reason: "the engine's counters do not show our request" },
  };

  test.for(Object.entries(counters))(
    '%s, of engines that do not tell it otherwise',
    async ([, { metrics, reason }]) => {
      const world = await worldWithProbe();
      for (const { conduct } of world.engines) Object.assign(conduct, { tells: 'never', metrics });

      const [reading] = await samples(world, 1);

      expect(reading).toMatchObject({ outcome: 'unknown', reason });
    },
  );

  test('a prefix that every engine has evicted is nobody’s fault', async () => {
    const world = await worldWithProbe();
    await samples(world, 3);
    for (const engine of world.engines) engine.forget();

    const readings = await samples(world, 3);

    expect(outcomes(readings)).toContain(GONE);
    expect(total(readings, 'misrouted')).toBe(0);
  });

  test('an engine that begins anew between two looks at its counters', async () => {
    const world = await worldWithProbe();
    for (const { conduct } of world.engines) conduct.tells = 'never';
    await samples(world, 3);
    world.gateway.route = (prompt, engines) => {
      const engine = toTheBest(prompt, engines);
      engine.restart();
      return engine;
    };

    const [reading] = await samples(world, 1);

    expect(reading).toMatchObject({
      outcome: 'unknown',
      reason: "the engine's counters went back: it began anew meanwhile",
    });
  });
});

describe('requests of others move the same counters', () => {
  async function withOthers(words: number, cached: number) {
    const world = await worldWithProbe();
    for (const { conduct } of world.engines) conduct.tells = 'never';
    await samples(world, 3);
    world.gateway.route = (prompt, engines) => {
      const engine = toTheBest(prompt, engines);
      engine.serveOthers(words, cached);
      return engine;
    };
    return (await samples(world, 1))[0]!;
  }

  test('a few leave the answer clear', async () => {
    expect(await withOthers(6, 3)).toMatchObject({ outcome: 'good' });
  });

  test('many leave it open', async () => {
    expect(await withOthers(500, 300)).toMatchObject({
      outcome: 'unknown',
      reason: "others' requests moved the engine's counters too: our share of it is not clear",
    });
  });
});

describe('what users would feel is bad', () => {
  const cases: Record<string, { break: (world: World) => void; reason: string }> = {
    'the gateway refuses': {
      break: ({ gateway }) => {
        gateway.refuses = 503;
      },
      reason: 'gateway: HTTP 503',
    },
    'the gateway is silent': {
      break: ({ gateway }) => {
        gateway.refuses = 'silence';
      },
      reason: 'gateway: no answer within 1s',
    },
    'an engine fails behind the gateway': {
      break: ({ gateway, engines }) => {
        const failing = { ...engines[0]!, conduct: { ...engines[0]!.conduct, status: 500 } };
        gateway.route = () => failing;
      },
      reason: 'the engine behind the gateway failed: HTTP 500',
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { break: spoil, reason }]) => {
    const world = await worldWithProbe({}, { timeoutMs: 2500 });
    await samples(world, 2);
    spoil(world);

    const [reading] = await samples(world, 1);

    expect(reading).toMatchObject({ outcome: 'bad', reason });
  });
});
