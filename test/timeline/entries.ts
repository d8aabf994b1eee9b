import type { Gap, Header, Sample } from '../../src/slo/model/entry.ts';

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
