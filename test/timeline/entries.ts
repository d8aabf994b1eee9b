import fc from 'fast-check';
import type { Entry, Gap, Header, Sample } from '../../src/slo/model/entry.ts';

/** A header as a run would write it. */
export function aHeader(): Header {
  return {
    type: 'header',
    schema: 'steadfast/timeline/v1',
    run: 'r1',
    plan: 'p',
    digest: 'sha256:00',
    seed: 7,
    version: '0.1.0',
    startedAt: '2026-01-01T00:00:00.000Z',
  };
}

export function aGap(slot: number): Gap {
  return { type: 'gap', probe: 'port', vantage: 'runner', slot, due: slot * 100, reason: 'late' };
}

export function aSample(slot: number): Sample {
  const due = slot * 200 + 17;
  return {
    type: 'sample',
    probe: 'engine-port',
    vantage: 'runner',
    slot,
    due,
    started: due + 0.412,
    ended: due + 3.207,
    outcome: slot % 50 === 0 ? 'bad' : 'good',
    values: { connectMs: 1.208, handshakeMs: 2.795 },
    ...(slot % 50 === 0 ? { reason: 'refused' } : {}),
  };
}

const text = fc.string({ unit: 'binary', maxLength: 20 });
const offset = fc.integer({ min: 0, max: 1e9 }).map((n) => n / 1000);
const values = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.integer({ min: -1e6, max: 1e6 }), {
  maxKeys: 3,
});
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
      detail: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: ['type', 'probe', 'vantage', 'slot', 'due', 'started', 'ended', 'outcome', 'values'] },
  ),
  fc.record({ type: fc.constant('gap'), ...place, reason: text }),
  fc.record({ type: fc.constant('final'), probe: text, vantage: text, covers: fc.tuple(offset, offset), values }),
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
  fc.record({ type: fc.constant('end'), at: offset, cause: fc.constantFrom('completed', 'aborted') }),
];

/** Any entry but a header, as it comes back from JSON. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .oneof(...kinds)
  .map((entry) => JSON.parse(JSON.stringify(entry)) as Entry);
