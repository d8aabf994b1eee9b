import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeInstruments, openInstruments } from '../../src/cli/run/open-plan.ts';
import { createRecorder } from '../../src/cli/run/recorder.ts';
import { silentLog } from '../../src/clients/log.ts';
import { ownThrottling } from '../../src/clients/own-throttling.ts';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import type { Clock } from '../../src/scheduler/clock.ts';
import { conduct } from '../../src/scheduler/conductor.ts';
import { judge } from '../../src/slo/judge.ts';
import { TIMELINE_SCHEMA } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { openJournal } from '../../src/timeline/journal.ts';
import { ROUND_MS, ROUNDS } from './outage.ts';

/** What the program says of one outage, on the run's clock; infinite where it cannot say. */
export interface Reported {
  began: [low: number, high: number];
  ended: [low: number, high: number];
}

const PERIOD_MS = 100;
const STEADY_MS = 2000;

/**
 * Probes every address by the production plan loader, probes, conductor, journal and judge. `round` causes the outages of a round; what is
 * reported of them is taken from the report's time to impact and time to recover.
 */
export async function probedRun(
  addresses: readonly string[],
  clock: Clock,
  round: (index: number, from: number) => Promise<void>,
): Promise<{ reported: Reported[][]; report: Report }> {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  try {
    const plan = await planOf(addresses, join(folder, 'plan.yaml'));
    const report = await drive(plan, folder, clock, round);
    return {
      reported: plan.experiments.map((_, index) => addresses.map((_, target) => reportedOf(report, index, target))),
      report,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function drive(plan: Plan, folder: string, clock: Clock, round: (index: number, from: number) => Promise<void>) {
  const journal = await openJournal(folder);
  const { recording, record, sync } = createRecorder(journal, undefined, [], silentLog);
  const instruments = await openInstruments({ plan, run: 'bench', clock, log: silentLog, registries });
  if (instruments.problem !== undefined) throw new Error(instruments.problem);
  const { name, digest, seed } = plan;
  const startedAt = new Date(clock.wallClockMs() - clock.now()).toISOString();
  record({ type: 'header', schema: TIMELINE_SCHEMA, run: 'bench', plan: name, digest, seed, version: '', startedAt });
  const rounds: Promise<void>[] = [];
  const proof = async () => ({ evidence: [{ of: 'mechanism' as const, holds: true, text: 'outages begin' }] });
  const result = await conduct({
    plan,
    clock,
    record,
    sync,
    probes: instruments.probes,
    readThrottledMs: ownThrottling(),
    driverOf: async () => ({
      prepare: async () => ({ targets: [], problems: [] }),
      inject: proof,
      recover: async () => {
        rounds.push(round(rounds.length, clock.now()));
        return proof();
      },
      evidence: async () => (await proof()).evidence,
      close: async () => undefined,
    }),
    decide: { gate: () => ({ open: true }) },
    stopConditions: [],
    progress: () => undefined,
    abort: new AbortController().signal,
  });
  await Promise.all(rounds);
  await closeInstruments(instruments, clock);
  await journal.close();
  if (result.bug || result.aborted) throw new Error(`the run did not complete: ${result.bug ?? result.aborted}`);
  return judge(plan, recording);
}

function reportedOf(report: Report, round: number, target: number): Reported {
  const experiment = `round-${round}`;
  const { phases } = report.experiments[round]!;
  const measured = (objective: string): [number, number] => {
    const found = report.objectives.find((one) => one.objective === objective && one.experiment === experiment);
    const { low, high } = found?.measurement ?? { low: null, high: null };
    return [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY];
  };
  const [impact, recover] = [measured(`impact-${target}`), measured(`recover-${target}`)];
  return {
    began: [phases.fault!.from + impact[0], phases.fault!.from + impact[1]],
    ended: [phases.recovery!.from + recover[0], phases.recovery!.from + recover[1]],
  };
}

async function planOf(addresses: readonly string[], file: string): Promise<Plan> {
  writeFileSync(file, planText(addresses));
  const { plans, diagnostics } = await load([file], registries, {});
  const plan = plans[0]?.plan;
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return plan;
}

function planText(addresses: readonly string[]): string {
  const probe = (address: string, index: number) =>
    `    - {name: web-${index}, type: http, interval: ${PERIOD_MS}ms, timeout: 400ms, config: {url: "http://${address}/healthz"}}\n`;
  const objectives = (_: string, index: number) =>
    `    - {name: impact-${index}, phase: impact, indicator: {timeToImpact: web-${index}}, atMost: 1h}
    - {name: recover-${index}, phase: recovery, indicator: {timeToRecover: web-${index}}, atMost: 1h}\n`;
  const experiments = Array.from(
    { length: ROUNDS },
    (_, index) => `    - {name: round-${index}, driver: none, duration: 100ms, config: {file: /nowhere}}\n`,
  );
  return `apiVersion: steadfast/v1
kind: Plan
metadata: {name: outages}
spec:
  phases: {steady: ${STEADY_MS}ms, recovery: ${ROUND_MS}ms}
  limits: {maxFault: 60s}
  probes:
${addresses.map(probe).join('')}  experiments:
${experiments.join('')}  objectives:
${addresses.map(objectives).join('')}`;
}
