import { Counter, type Registry } from 'prom-client';
import type { Mishap } from './mishaps.ts';

/** The engine's own count of what it did, against which a test can hold what a probe saw. */
export interface Ledger {
  /** A batch took its sequence number. */
  published: (mishap: Mishap['command'] | undefined) => void;
  /** A message went out on the live socket. */
  sent: () => void;
  replayed: () => void;
  refusedReplay: () => void;
  restarted: () => void;
  contradicted: (batches: number) => void;
  totals: () => Record<string, number>;
}

export function createLedger(registry: Registry): Ledger {
  const totals: Record<string, number> = {};
  const counter = new Counter({
    name: 'lab_engine_events_total',
    help: 'What the emulated engine did with its event batches.',
    labelNames: ['what'],
    registers: [registry],
  });
  const count = (what: string, by = 1) => {
    totals[what] = (totals[what] ?? 0) + by;
    counter.inc({ what }, by);
  };
  return {
    published: (mishap) => {
      count('published');
      if (mishap !== undefined) count(mishap);
    },
    sent: () => count('sent'),
    replayed: () => count('replayed'),
    refusedReplay: () => count('refusedReplay'),
    restarted: () => count('restarted'),
    contradicted: (batches) => count('contradicted', batches),
    totals: () => ({ ...totals }),
  };
}
