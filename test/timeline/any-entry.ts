import fc from 'fast-check';
import type { Entry } from '../../src/slo/model/entry.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const offset = fc.integer({ min: 0, max: 1e9 }).map((n) => n / 1000);
const values = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.integer({ min: -1e6, max: 1e6 }), {
  maxKeys: 3,
});
const maybe = fc.option(offset);
const outcome = fc.constantFrom('good', 'bad', 'unknown');
const place = { probe: text, vantage: text, slot: fc.nat(), due: offset };

const kinds = [
  fc.record(
    {
      type: fc.constant('sample'),
      ...place,
      started: offset,
      ended: offset,
      outcome,
      values,
      reason: text,
      parts: fc.array(fc.record({ labels: fc.dictionary(text, text, { maxKeys: 2 }), outcome, values }), {
        maxLength: 2,
      }),
      covers: fc.tuple(offset, offset),
      starvedMs: offset,
      detail: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: ['type', 'probe', 'vantage', 'slot', 'due', 'started', 'ended', 'outcome', 'values'] },
  ),
  fc.record({ type: fc.constant('gap'), ...place, reason: text }),
  fc.record(
    {
      type: fc.constant('final'),
      ...{ probe: text, vantage: text, covers: fc.tuple(offset, offset), values },
      lives: fc.array(
        fc.record(
          {
            ...{ id: text, seen: fc.tuple(offset, offset), within: fc.tuple(maybe, maybe), outcome },
            ...{ key: text, ended: fc.tuple(maybe, offset) },
          },
          { requiredKeys: ['id', 'seen', 'within', 'outcome'] },
        ),
      ),
      ends: fc.array(fc.array(text, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
      whole: fc.record({ span: fc.tuple(offset, offset), page: fc.constant(1), pages: fc.integer({ min: 1, max: 9 }) }),
    },
    { requiredKeys: ['type', 'probe', 'vantage', 'covers', 'values'] },
  ),
  fc.record({
    type: fc.constant('chaos'),
    experiment: text,
    at: offset,
    state: fc.constantFrom('started', 'requested', 'left-behind', 'quiesced', 'ended'),
    evidence: fc.array(fc.record({ of: fc.constantFrom('mechanism', 'note'), text, holds: fc.boolean(), values })),
  }),
  fc.record({ type: fc.constant('gate'), experiment: text, at: offset, open: fc.boolean() }),
  fc.record({
    type: fc.constant('reference'),
    of: text,
    source: text,
    query: text,
    start: text,
    end: text,
    step: fc.nat(),
    series: fc.array(
      fc.record({ labels: fc.dictionary(text, text, { maxKeys: 2 }), values: fc.array(fc.tuple(offset, text)) }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    type: fc.constant('prober'),
    vantage: text,
    of: fc.constantFrom('stalled', 'throttled', 'clock-step'),
    from: offset,
    to: offset,
    ms: offset,
  }),
  fc.record({ type: fc.constant('end'), at: offset, cause: fc.constantFrom('completed', 'aborted') }),
];

/** Any entry but a header, as it comes back from JSON. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .oneof(...kinds)
  .map((entry) => JSON.parse(JSON.stringify(entry)) as Entry);
