import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conduct } from '../../src/scheduler/conductor.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import { judge } from '../../src/slo/judge.ts';
import { type Entry, TIMELINE_SCHEMA } from '../../src/slo/model/entry.ts';
import { Recording } from '../../src/slo/recording.ts';
import { openJournal } from '../../src/timeline/journal.ts';
import { atLeast, experiment, objective, plan, probe } from '../../test/slo/build.ts';

/**
 * The production conductor, journal and recording under the machine's clock. Each probe waits a few ms for its answer, as one that asks a
 * near server does; the server itself is left out, since what is measured is the prober.
 */
const PROBES = 1000;
const names = Array.from({ length: PROBES }, (_, index) => `probe-${index}`);
const tested = plan({
  probes: names.map((name) => probe(name, { intervalMs: 200, timeoutMs: 150 })),
  experiments: [experiment('nothing', { durationMs: 2000, phases: { steadyMs: 3000, recoveryMs: 5000, settleMs: 0 } })],
  objectives: [
    objective('all-good', { phase: 'run', indicator: { kind: 'ratio', probe: names[0]! }, bound: atLeast(1) }),
  ],
});
const folder = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
const journal = await openJournal(folder);
const recording = new Recording();
const counts = { samples: 0, gaps: 0 };
const lateness: number[] = [];
const record = (entry: Entry): void => {
  journal.append(entry);
  recording.add(entry);
  if (entry.type === 'gap') counts.gaps++;
  if (entry.type !== 'sample') return;
  counts.samples++;
  lateness.push(entry.started - entry.due);
};
const clock = systemClock();
record({
  type: 'header',
  schema: TIMELINE_SCHEMA,
  run: 'bench',
  plan: tested.name,
  digest: '',
  seed: tested.seed,
  version: '',
  startedAt: new Date().toISOString(),
});
const proof = async () => ({ evidence: [{ of: 'mechanism' as const, holds: true, text: 'nothing was broken' }] });
const before = process.cpuUsage();
const result = await conduct({
  plan: tested,
  clock,
  record,
  sync: () => journal.sync(),
  probes: tested.probes.map((spec) => ({ spec, session: { sample: answer, close: async () => undefined } })),
  driverOf: async () => ({
    prepare: async () => ({ targets: [], problems: [] }),
    inject: proof,
    recover: proof,
    evidence: async () => (await proof()).evidence,
    close: async () => undefined,
  }),
  decide: { gate: () => ({ open: true }) },
  stopConditions: [],
  progress: () => undefined,
  abort: new AbortController().signal,
});
const cpu = process.cpuUsage(before);
await journal.close();
rmSync(folder, { recursive: true });
if (result.bug || result.aborted) throw new Error(`the run did not complete: ${result.bug ?? result.aborted}`);
const due = judge(tested, recording).probes.reduce((sum, health) => sum + health.due, 0);
lateness.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    due,
    ...counts,
    coreShare: (cpu.user + cpu.system) / 1000 / clock.now(),
    p99LatenessMs: lateness[Math.floor(lateness.length * 0.99)],
  }),
);

function answer() {
  return new Promise<{ outcome: 'good'; values: { latencyMs: number } }>((resolve) =>
    setTimeout(resolve, 3, { outcome: 'good', values: { latencyMs: 3 } }),
  );
}
