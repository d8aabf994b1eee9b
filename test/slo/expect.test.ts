import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Reference } from '../../src/slo/model/entry.ts';
import type { Expectation } from '../../src/slo/model/plan.ts';
import { expectationOf } from '../../src/slo/proof.ts';
import {
  type Answer,
  atLeast,
  atMost,
  BAD,
  cleanEvents,
  experiment,
  GOOD,
  objective,
  plan,
  probe,
  recordingOf,
  reference,
} from './build.ts';

const INJECTED = 60_500;
const RECOVERING = 90_500;

const unproven = cleanEvents().map(({ evidence: _, ...event }) => event);
const refuted = cleanEvents().map((event) =>
  event.state === 'recovering'
    ? { ...event, evidence: [{ of: 'mechanism' as const, holds: false, text: 'the rule was gone' }] }
    : event,
);

/** The mechanism is dead in the fault phase: no packet comes through. */
const noneThrough: Expectation = {
  phase: 'fault',
  indicator: { kind: 'ratio', probe: 'packets' },
  bound: atMost(0, 'ratio', '0%'),
};

interface World {
  expects?: Expectation;
  events?: typeof unproven;
  /** What the instrument that looks at the mechanism says while the fault is there. */
  packets?: (due: number) => Answer;
  web?: Answer;
  references?: Reference[];
}

function judged({ expects = noneThrough, events = unproven, packets = () => BAD, web = GOOD, references = [] }: World) {
  const tested = plan({
    probes: [probe('web'), probe('packets')],
    experiments: [experiment('outage', { expect: expects })],
  });
  const answer = (name: string, due: number): Answer =>
    name === 'web' ? web : due >= INJECTED && due < RECOVERING ? packets(due) : GOOD;
  const report = judge(tested, recordingOf({ plan: tested, events, references, answer }));
  return { ...report.objectives[0]!, proof: report.experiments[0]!.proof };
}

const drops = (values: [number, string][]) =>
  reference(`objective:${expectationOf(experiment('outage', { expect: byQuery }))!.name}@outage`, values, {
    query: 'drops',
  });
const byQuery: Expectation = {
  phase: 'fault',
  indicator: { kind: 'query', query: 'drops', source: 'prom', stat: 'min' },
  bound: atLeast(10, '1', '10'),
};
const eachSecond = (value: string): [number, string][] =>
  Array.from({ length: 31 }, (_, index) => [INJECTED + index * 1000, value]);

describe('the own expectation of a plan', () => {
  const cases: Record<string, [world: World, state: string, verdict: string]> = {
    'proves the fault where the driver saw nothing': [{}, 'proven', 'pass'],
    'leaves the fault unproven when it is not met': [{ packets: () => GOOD }, 'not-proven', 'inconclusive'],
    'leaves the fault unproven when it cannot be decided': [
      { packets: (due) => (due < 70_000 ? undefined : BAD) },
      'not-proven',
      'inconclusive',
    ],
    'leaves the fault unproven when its probe never answered': [
      { packets: () => undefined },
      'not-proven',
      'inconclusive',
    ],
    'must be met although the driver saw the mechanism': [
      { events: cleanEvents(), packets: () => GOOD },
      'not-proven',
      'inconclusive',
    ],
    'does not outweigh what the driver saw': [{ events: refuted }, 'not-proven', 'inconclusive'],
    'takes no fail back when it is not met': [{ packets: () => GOOD, web: BAD }, 'not-proven', 'fail'],
    'may be a query': [{ expects: byQuery, references: [drops(eachSecond('12'))] }, 'proven', 'pass'],
    'leaves the fault unproven when its query was not asked': [{ expects: byQuery }, 'not-proven', 'inconclusive'],
    'leaves the fault unproven when its query missed a step': [
      { expects: byQuery, references: [drops(eachSecond('12').slice(1))] },
      'not-proven',
      'inconclusive',
    ],
    'proves nothing of a fault that was not injected': [
      { events: unproven.filter(({ state }) => state !== 'injected') },
      'not-injected',
      'inconclusive',
    ],
  };
  for (const [sentence, [world, state, verdict]] of Object.entries(cases))
    it(sentence, () => {
      const result = judged(world);

      expect({ state: result.proof.state, verdict: result.verdict }, result.text).toEqual({ state, verdict });
    });

  it('says what was expected, and leaves a note beside a fail', () => {
    const result = judged({ packets: () => GOOD, web: BAD });

    expect(result.proof.text).toBe('expected: 100%, at most 0% asked');
    expect(result.notes).toEqual(['the fault was not proven: expected: 100%, at most 0% asked']);
  });

  it('is not answered by an objective that is called "expect"', () => {
    const namesake = reference('objective:expect@outage', eachSecond('12'), { query: 'something else' });

    expect(judged({ expects: byQuery, references: [namesake] })).toMatchObject({
      proof: { state: 'not-proven' },
      verdict: 'inconclusive',
    });
  });

  it('takes a pass of every phase back when it is not met, also of those before the fault', () => {
    const tested = plan({
      probes: [probe('web'), probe('packets')],
      experiments: [experiment('outage', { expect: noneThrough })],
      objectives: [objective('before', { phase: 'steady' }), objective('after')],
    });

    const { objectives } = judge(tested, recordingOf({ plan: tested, events: unproven, answer: () => GOOD }));

    expect(objectives.map(({ reason }) => reason)).toEqual(['fault-not-proven', 'fault-not-proven']);
  });
});
