import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TIMELINE_SCHEMA } from '../src/slo/model/entry.ts';
import { slotDue } from '../src/slo/slots.ts';
import { type ChildMeasurement, measureChild } from './child.ts';
import { millionPlan, PROBES, SLOTS } from './million-plan.ts';

/** What judging a million samples costs, beside `JSON.parse` over the same lines. */
export interface MillionSamples {
  samples: number;
  megabytes: number;
  parse: ChildMeasurement;
  judge: ChildMeasurement;
}

/** Both run as processes of their own, in turn. */
export async function benchMillionSamples(): Promise<MillionSamples> {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-bench-'));
  try {
    const path = join(folder, 'timeline.ndjson');
    await writeTimeline(path);
    const [parse, judge] = await measureChild(
      [join(import.meta.dirname, 'children/parse-lines.ts'), path],
      [join(import.meta.dirname, 'children/judge-timeline.ts'), path],
    );
    return { samples: PROBES * SLOTS, megabytes: readFileSync(path).length / 1e6, parse: parse!, judge: judge! };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeTimeline(path: string): Promise<void> {
  const out = createWriteStream(path);
  const write = async (entry: unknown): Promise<void> => {
    if (!out.write(`${JSON.stringify(entry)}\n`)) await once(out, 'drain');
  };
  const plan = millionPlan();
  const end = SLOTS * 200;
  const evidence = [{ of: 'mechanism', holds: true, text: 'seen' }];
  const chaos = (state: string, at: number, more = {}) => ({ type: 'chaos', experiment: 'outage', at, state, ...more });
  await write({
    type: 'header',
    schema: TIMELINE_SCHEMA,
    run: 'bench',
    plan: plan.name,
    digest: plan.digest,
    seed: 1,
    version: '0',
    startedAt: '2026-03-02T02:00:00.000Z',
  });
  await write({ type: 'vantage', vantage: 'runner', instance: 'runner', boot: '1', slotZero: 0, clock: [0, 0] });
  await write(chaos('started', 0));
  await write(chaos('requested', end * 0.3));
  await write(chaos('injected', end * 0.31, { evidence }));
  for (let slot = 0; slot < SLOTS; slot++)
    for (const probe of plan.probes) {
      const due = slotDue(plan.seed, probe, 0, slot);
      const bad = due > end * 0.31 && due < end * 0.5;
      await write({
        type: 'sample',
        probe: probe.name,
        vantage: 'runner',
        slot,
        due,
        started: due + 0.211,
        ended: due + 3.847,
        outcome: bad ? 'bad' : 'good',
        values: bad ? {} : { latencyMs: 3.636, status: 200, bytes: 512 },
        ...(bad && { reason: 'connection refused' }),
      });
    }
  await write(chaos('recovering', end * 0.5, { evidence }));
  await write(chaos('recovered', end * 0.5));
  await write(chaos('quiesced', end));
  await write(chaos('ended', end + 10));
  await write({ type: 'end', at: end + 20, cause: 'completed' });
  out.end();
  await once(out, 'close');
}
