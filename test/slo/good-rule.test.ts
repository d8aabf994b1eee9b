import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Outcome, Sample } from '../../src/slo/model/entry.ts';
import type { GoodRule } from '../../src/slo/model/plan.ts';
import { parseQuantity } from '../../src/slo/model/quantity.ts';
import { cleanEvents, objective, plan, probe, recordingOf } from './build.ts';

const limit = (text: string | number) => {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.quantity;
};

const lag = probe('lag', {
  values: {
    records: { unit: '1', kind: 'level', help: 'records behind' },
    seconds: { unit: 's', kind: 'level', help: 'time behind' },
    totalMs: { unit: 'ms', kind: 'level', help: 'how long it took' },
  },
});

const part = (values: Record<string, number>, outcome: Outcome = 'good') => ({ labels: {}, outcome, values });

function judged(rule: GoodRule, sample: Partial<Sample>) {
  const tested = plan({
    probes: [lag],
    objectives: [objective('fine', { indicator: { kind: 'ratio', probe: 'lag', good: rule } })],
  });
  const [result] = judge(tested, recordingOf({ plan: tested, events: cleanEvents(), answer: () => sample })).objectives;
  return { verdict: result!.verdict, reason: result!.reason };
}

const cases: Record<string, [rule: GoodRule, sample: Partial<Sample>, verdict: string, reason: string]> = {
  'a value in seconds within a limit that is written as a duration is good': [
    { seconds: { atMost: limit('30s') } },
    { values: { seconds: 29 } },
    'pass',
    'met',
  ],
  'a value in seconds equal to the limit is good': [
    { seconds: { atMost: limit('1m30s') } },
    { values: { seconds: 90 } },
    'pass',
    'met',
  ],
  'a value in seconds beyond a limit that is written as a duration is bad': [
    { seconds: { atMost: limit('30s') } },
    { values: { seconds: 31 } },
    'fail',
    'missed',
  ],
  'a value in milliseconds is compared as it is': [
    { totalMs: { atMost: limit('30ms') } },
    { values: { totalMs: 31 } },
    'fail',
    'missed',
  ],
  'a value that one part lacks is not known, however good the others are': [
    { records: { atMost: limit(100) } },
    { outcome: 'unknown', values: {}, parts: [part({ records: 5 }), part({}, 'unknown')] },
    'inconclusive',
    'no-samples',
  ],
  'a part that was bad and brought no value makes the sample bad': [
    { totalMs: { atMost: limit('200ms') } },
    { outcome: 'bad', values: {}, parts: [part({ totalMs: 5 }), part({}, 'bad')] },
    'fail',
    'missed',
  ],
  'one part beyond the limit makes the sample bad, though another is not known': [
    { records: { atMost: limit(100) } },
    { outcome: 'unknown', values: {}, parts: [part({ records: 500 }), part({}, 'unknown')] },
    'fail',
    'missed',
  ],
  'parts that are all within the limit make the sample good': [
    { records: { atMost: limit(100) } },
    { values: {}, parts: [part({ records: 5 }), part({ records: 100 })] },
    'pass',
    'met',
  ],
  'a value of its own stands for all parts': [
    { records: { atMost: limit(100) } },
    { values: { records: 120 }, parts: [part({ records: 60 }), part({ records: 60 })] },
    'fail',
    'missed',
  ],
  'one of two values that is missing leaves the sample open': [
    { records: { atMost: limit(100) }, seconds: { atMost: limit('10s') } },
    { values: { records: 5 } },
    'inconclusive',
    'no-samples',
  ],
  'one of two values that is bad decides, whatever the other is': [
    { seconds: { atMost: limit('10s') }, records: { atMost: limit(100) } },
    { values: { records: 500 } },
    'fail',
    'missed',
  ],
};

describe('a rule for good samples', () => {
  for (const [sentence, [rule, sample, verdict, reason]] of Object.entries(cases))
    it(sentence, () => expect(judged(rule, sample)).toEqual({ verdict, reason }));
});
