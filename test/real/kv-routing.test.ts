/** The lab's gateway with each of AIBrix's defects on and off, in the situation in which the defect does its harm. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Defect, defectNames } from '../../lab/workloads/gateway/defects.ts';
import type { Reading } from '../../src/probes/contract.ts';
import { kvRoutingProbe } from '../../src/probes/kv-routing/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { type GatewayStage, stageGateway } from './gateway-stage.ts';
import { Pool } from './pool.ts';

interface Found {
  repeats: number;
  hits: number;
  misrouted: number;
  stale: number;
  reasons: string[];
}

/** A case takes six seconds, of which nearly all is waiting. */
const STAGES = 3;
vi.setConfig({ maxConcurrency: STAGES });

let stages: Pool<GatewayStage>;
beforeAll(async () => {
  stages = await Pool.of(STAGES, stageGateway);
});
afterAll(() => stages?.stop());

interface Scene {
  stage: GatewayStage;
  /** Opens the probe, which is closed when the scene ends. */
  probe(waiting: number, settle: string): Promise<TestSession>;
}

/** A stage as it was at the beginning: what an earlier test left in an index is gone, and no defect is on. */
function onStage<Result>(play: (scene: Scene) => Promise<Result>): Promise<Result> {
  return stages.use(async (stage) => {
    const opened: TestSession[] = [];
    const probe: Scene['probe'] = async (waiting, settle) => {
      const config = { gateway: stage.gateway.url, prefixWords: 48, waiting, settle };
      const session = await openProbe(kvRoutingProbe, config, { timeoutMs: 8_000 });
      opened.push(session);
      return session;
    };
    try {
      await beginSoundly(stage);
      return await play({ stage, probe });
    } finally {
      for (const session of opened) await session.close();
      for (const name of defectNames) await stage.gateway.control({ command: 'defect', name, on: false });
      for (const engine of stage.engines) await engine.control({ command: 'rate', perSecond: 2 });
    }
  });
}

async function beginSoundly({ gateway, engines, untilKnown }: GatewayStage): Promise<void> {
  await gateway.control({ command: 'reconnect' });
  for (const engine of engines) await engine.control({ command: 'clearCache' });
  expect(await untilKnown(), 'the gateway knows what the engines hold').toBe(true);
}

const PAUSE_MS = 100;

async function look(session: TestSession, slots: number): Promise<Found> {
  const readings: Reading[] = [];
  for (let slot = 0; slot < slots; slot++) {
    readings.push(await session.sample());
    await wait(PAUSE_MS);
  }
  const total = (name: string) => readings.reduce((sum, { values }) => sum + (values[name] ?? 0), 0);
  const reasons = readings.flatMap(({ reason }) => reason ?? []);
  return {
    repeats: total('repeats'),
    hits: total('hits'),
    misrouted: total('misrouted'),
    stale: total('stale'),
    reasons,
  };
}

/** Situations that a sound gateway masters: after each, all that was planted waits to be repeated. */
const situations = {
  'nothing happens': async () => {},
  'events are lost that a replay still has': async ({ engines }, session) => {
    for (const engine of engines) await engine.control({ command: 'lose', batches: 8, replayable: true });
    await look(session, 6);
  },
  'an engine begins anew': async ({ engines }) => {
    await engines[0]!.control({ command: 'restart', downMs: 200 });
  },
  'an engine is killed and comes back': (stage, session) => stage.kill(0, () => look(session, 12)),
  'an engine evicts what it held': async ({ engines }) => {
    await engines[0]!.control({ command: 'rate', perSecond: 400 });
    await wait(2_500);
    await engines[0]!.control({ command: 'rate', perSecond: 2 });
  },
  'a batch cannot be read': async ({ engines }, session) => {
    const corrupted = async () => ((await engines[0]!.state())['totals'] as Record<string, number>)['corrupt'] ?? 0;
    const before = await corrupted();
    await engines[0]!.control({ command: 'corrupt', batches: 1 });
    await vi.waitFor(async () => expect(await corrupted()).toBe(before + 1), { timeout: 5_000 });
    await look(session, 6);
  },
  'engines fail for a while': async ({ engines }, session) => {
    const failing = engines.slice(0, 2);
    for (const engine of failing) await engine.control({ command: 'failRequests', share: 1 });
    await look(session, 16);
    for (const engine of failing) await engine.control({ command: 'failRequests', share: 0 });
    await look(session, 6);
  },
} satisfies Record<string, (stage: GatewayStage, session: TestSession) => Promise<void>>;

type Situation = keyof typeof situations;

function lookAfter(situation: Situation, defect?: Defect): Promise<Found> {
  return onStage(async ({ stage, probe }) => {
    if (defect) await stage.gateway.control({ command: 'defect', name: defect, on: true });
    const session = await probe(8, '600ms');
    await look(session, 10);
    await situations[situation](stage, session);
    if (defect || situation === 'a batch cannot be read') await wait(1_500);
    else expect(await stage.untilKnown(), 'a sound gateway knows what the engines hold').toBe(true);
    return look(session, 12);
  });
}

describe.concurrent('a sound gateway has nothing misrouted', () => {
  test.each(Object.keys(situations) as Situation[])('when %s', async (situation) => {
    const found = await lookAfter(situation);

    expect(found.reasons.filter((reason) => reason.startsWith('the prefix'))).toEqual([]);
    expect(found).toMatchObject({ misrouted: 0, stale: 0 });
    expect(found.hits).toBeGreaterThan(8);
  });
});

describe.concurrent('a defect that corrupts the routing is found', () => {
  const cases: [Defect, Situation][] = [
    ['dropReplayed', 'events are lost that a replay still has'],
    ['noReplayOnGap', 'events are lost that a replay still has'],
    ['keepIndexAfterRestart', 'an engine begins anew'],
    ['keepIndexAfterRestart', 'an engine is killed and comes back'],
    ['removeForAllPods', 'an engine evicts what it held'],
    ['chainFromEventParent', 'nothing happens'],
    ['arrayEventsOnly', 'nothing happens'],
    ['reconnectOnBadBatch', 'a batch cannot be read'],
    ['learnFromRouting', 'engines fail for a while'],
  ];

  test.each(cases)('%s, when %s', async (defect, situation) => {
    const found = await lookAfter(situation, defect);

    expect(found.misrouted).toBeGreaterThan(0);
    if (defect === 'keepIndexAfterRestart') expect(found.stale).toBeGreaterThan(0);
  });
});

describe.concurrent('a gateway that does not watch its connections', () => {
  /** Idle engines say nothing of their new life; whoever watches the connection asks them. */
  async function restartIdleEngine(
    { stage, probe }: Scene,
    rounds: number,
    known: () => Promise<unknown>,
  ): Promise<Found> {
    const session = await probe(6, '300ms');
    for (const engine of stage.engines) await engine.control({ command: 'rate', perSecond: 0 });
    for (let round = 1; ; round++) {
      await look(session, 7);
      await stage.engines[0]!.control({ command: 'restart', downMs: 0 });
      expect(await known()).not.toBe(false);
      const found = await look(session, 1);
      if (found.misrouted > 0 || round === rounds) return found;
    }
  }

  test('believes in what an idle engine lost when it began anew', async () => {
    const found = await onStage(async (scene) => {
      await scene.stage.gateway.control({ command: 'defect', name: 'noConnectionWatch', on: true });
      return restartIdleEngine(scene, 12, () => wait(1_500));
    });

    expect(found).toMatchObject({ misrouted: 1, stale: 1 });
  });

  test('and one that does forgets it', async () => {
    const found = await onStage((scene) => restartIdleEngine(scene, 4, scene.stage.untilKnown));

    expect(found).toMatchObject({ misrouted: 0 });
  });
});

describe.concurrent('a defect that does no harm here is not called one', () => {
  test('noEventMetrics', async () => {
    expect(await lookAfter('nothing happens', 'noEventMetrics')).toMatchObject({ misrouted: 0 });
  });
});
