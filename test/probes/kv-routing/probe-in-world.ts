import { expect, onTestFinished } from 'vitest';
import type { Reading } from '../../../src/probes/contract.ts';
import { kvRoutingProbe } from '../../../src/probes/kv-routing/probe.ts';
import { problemOfReading } from '../../../src/scheduler/reading-check.ts';
import { openProbe, type TestSession } from '../session.ts';
import { createWorld, type World } from './world.ts';

/** A world of the test's own, which ends with it. */
export async function worldOf(engines = 3): Promise<World> {
  const world = await createWorld(engines);
  onTestFinished(() => world.close());
  return world;
}

/** A probe whose prefixes are short and whose events need no time. */
export async function probeIn(world: World, config: object = {}, more: Parameters<typeof openProbe>[2] = {}) {
  const settings = { gateway: world.gateway.url, prefixWords: 32, settle: '1ms', waiting: 3, ...config };
  const probe = await openProbe(kvRoutingProbe, settings, more);
  onTestFinished(() => probe.close());
  return probe;
}

export async function worldWithProbe(
  config: object = {},
  { engines = 3, timeoutMs = 10_000 } = {},
): Promise<World & TestSession> {
  const world = await worldOf(engines);
  return { ...world, ...(await probeIn(world, config, { timeoutMs })), close: world.close };
}

export async function samples(probe: TestSession, count: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (let slot = 0; slot < count; slot++) readings.push(await probe.sample());
  for (const reading of readings) expect(problemOfReading(reading, kvRoutingProbe.values)).toBeUndefined();
  return readings;
}

/** What went wrong in each, or that nothing did. */
export function outcomes(readings: readonly Reading[]): string[] {
  return readings.map(({ outcome, reason }) => reason ?? outcome);
}
