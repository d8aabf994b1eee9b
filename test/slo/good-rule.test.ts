import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Sample } from '../../src/slo/model/entry.ts';
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
};

describe('a rule for good samples', () => {
  for (const [sentence, [rule, sample, verdict, reason]] of Object.entries(cases))
    it(sentence, () => expect(judged(rule, sample)).toEqual({ verdict, reason }));
});
