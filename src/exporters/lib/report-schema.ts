import * as z from 'zod';
import { REPORT_SCHEMA, type Report } from '../../slo/model/report.ts';

const name = z.string();
const count = z.int().min(0).describe('a count');
const offset = z.number().describe('ms since the run began');
const unit = z.enum(['ms', 's', 'ratio', 'bytes', '1']).describe('ratio is 0..1');
const phaseName = z.enum(['steady', 'fault', 'recovery', 'impact', 'run']);
const verdict = z.enum(['pass', 'fail', 'inconclusive']);
const bound = z.number().nullable().describe('null: unbounded on this side');

const measurement = z
  .strictObject({
    low: bound,
    high: bound,
    unit,
    good: count,
    bad: count,
    missing: count,
    seen: z.number().describe('the traffic that made the objective decidable'),
    confidence: z.exactOptional(z.strictObject({ level: z.number(), low: z.number(), high: z.number() })),
  })
  .describe('what was measured: the truth lies in low..high');

const target = z
  .strictObject({ op: z.enum(['atLeast', 'atMost']), low: z.number(), high: z.number(), unit, text: z.string() })
  .describe("the limit as applied; for a comparison low and high are the reference's own interval");

const reason = z
  .enum([
    ...(['met', 'not-affected', 'missed', 'limit-inside-interval', 'missing-samples', 'no-slots'] as const),
    ...(['no-samples', 'too-few-answers', 'no-traffic', 'too-little-traffic', 'hole-in-counts'] as const),
    ...(['no-phase', 'phase-cut-short', 'fault-not-proven', 'fault-not-injected', 'not-run', 'aborted'] as const),
    ...(['recording-cut', 'reference-missing', 'reference-empty', 'reference-nan', 'reference-inf'] as const),
    ...(['reference-stale', 'reference-too-few', 'reference-http', 'reference-timeout'] as const),
    ...(['reference-unreachable', 'reference-refused', 'reference-malformed', 'reference-too-large'] as const),
    ...(['reference-partial', 'reference-ambiguous', 'lookback-outside-phase', 'vantage-silent'] as const),
  ])
  .describe('a stable word for why the verdict is what it is');

const objective = z.strictObject({
  objective: name,
  experiment: name,
  phase: phaseName,
  severity: z.enum(['critical', 'warning']),
  verdict,
  reason,
  text: z.string().describe('one line for people'),
  indicator: z.string(),
  measurement: z.exactOptional(measurement),
  target: z.exactOptional(target),
  margin: z.exactOptional(z.number().describe('from the worse bound to the limit; positive is good')),
  notes: z.array(z.string()),
});

const span = z.exactOptional(z.strictObject({ from: offset, to: offset }));

const evidence = z.strictObject({
  of: z.enum(['mechanism', 'note', 'finding']),
  holds: z.exactOptional(z.boolean()),
  text: z.string(),
  values: z.exactOptional(z.record(z.string(), z.number())),
  at: offset,
});

const experiment = z.strictObject({
  experiment: name,
  driver: name,
  oneShot: z.boolean(),
  status: z.enum(['ran', 'not-injected', 'not-run', 'aborted', 'cut']),
  reason: z.exactOptional(z.string()),
  proof: z.strictObject({ state: z.enum(['proven', 'not-proven', 'not-injected']), text: z.string() }),
  phases: z.strictObject({ steady: span, fault: span, recovery: span, impact: span, run: span }),
  injectionMs: z.exactOptional(z.number().describe('requested to really injected')),
  removalMs: z.exactOptional(z.number().describe('recovering to really recovered')),
  leftBehind: z.exactOptional(z.string().describe('set where the fault may still be there')),
  evidence: z.array(evidence),
});

const baseline = z.strictObject({
  baseline: name,
  query: z.string(),
  low: bound,
  high: bound,
  points: count,
  problem: z.exactOptional(z.string()),
});

const probe = z
  .strictObject({
    probe: name,
    vantage: name,
    due: count,
    good: count,
    bad: count,
    missing: count,
    reasons: z.array(z.strictObject({ reason: z.string(), count })),
  })
  .describe('due = good + bad + missing');

const prober = z
  .strictObject({
    vantage: name,
    instance: z.exactOptional(name),
    stalls: count,
    stalledMs: z.number(),
    longestStallMs: z.number(),
    throttledMs: z.number().describe('over all CPUs'),
    clockSteps: count,
  })
  .describe('what the prober itself lost while it probed');

const delivery = z.strictObject({
  exporter: name,
  target: z.string(),
  state: z.enum(['delivered', 'failed']),
  reason: z.exactOptional(z.string()),
});

/** `report.json`, for whoever reads it with another program. A test keeps it equal to the `Report` type. */
export const reportSchema = z.strictObject({
  schema: z.literal(REPORT_SCHEMA),
  run: name,
  plan: name,
  labels: z.record(z.string(), z.string()),
  digest: z.string(),
  seed: z.number(),
  version: z.string(),
  startedAt: z.string().describe('RFC 3339'),
  endedAt: z.exactOptional(z.string().describe('RFC 3339; absent where the recording was cut')),
  verdict: verdict.describe('the worst of fail, inconclusive, pass over critical objectives'),
  summary: z.string(),
  aborted: z.exactOptional(z.string()),
  cut: z.exactOptional(z.string()),
  injectedAnything: z.boolean(),
  experiments: z.array(experiment),
  objectives: z.array(objective),
  baselines: z.array(baseline),
  probes: z.array(probe),
  probers: z.exactOptional(z.array(prober).describe('those that did not run as they should')),
  deliveries: z.array(delivery),
});

type Same<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
type Flat<Value> = Value extends object ? { [Key in keyof Value]: Flat<Value[Key]> } : Value;

/** Does not compile when the schema and the type part ways. */
export const SCHEMA_IS_THE_TYPE: Same<Flat<z.output<typeof reportSchema>>, Flat<Report>> = true;
