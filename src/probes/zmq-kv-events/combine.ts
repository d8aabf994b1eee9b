import type { SamplePart } from '../../slo/model/entry.ts';
import type { FinalReading } from '../contract.ts';
import type { Account } from './account.ts';
import type { Look } from './stream.ts';

/** A rank's look. */
export interface Ranked {
  rank: number | undefined;
  look: Look;
}

const WORST_FIRST = ['bad', 'unknown', 'good'] as const;

/** How the values of several ranks become one; what is not here is a count, or adds up like one. */
const LEVELS: Record<string, (values: number[]) => number> = {
  connected: (values) => Math.min(...values),
  stalenessMs: (values) => Math.max(...values),
  delayMs: (values) => Math.max(...values),
  ageMs: (values) => Math.max(...values),
  clockShiftMs: (values) => values.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0]!,
};

/** The whole of an engine with several ranks: as bad as its worst, with the reason of that one. */
export function combined(looks: readonly Ranked[]): Look {
  const outcome = WORST_FIRST.find((worst) => looks.some(({ look }) => look.outcome === worst)) ?? 'unknown';
  const worst = looks.find(({ look }) => look.outcome === outcome && look.reason !== undefined);
  const details = looks.flatMap(({ rank, look }) => (look.detail === undefined ? [] : [[`rank ${rank}`, look.detail]]));
  return {
    outcome,
    values: summed(looks.map(({ look }) => look.values)),
    ...(worst && { reason: `rank ${worst.rank}: ${worst.look.reason}` }),
    ...(details.length > 0 && { detail: Object.fromEntries(details) }),
  };
}

/** A rank of its own. */
export function partOf({ rank, look: { outcome, values, reason } }: Ranked): SamplePart {
  return { labels: { rank: String(rank) }, outcome, values, ...(reason !== undefined && { reason }) };
}

/** The values of all ranks as one. */
export function summed(all: readonly Record<string, number>[]): Record<string, number> {
  const names = new Set(all.flatMap((values) => Object.keys(values)));
  return Object.fromEntries([...names].map((name) => [name, together(name, all)]));
}

function together(name: string, all: readonly Record<string, number>[]): number {
  const known = all.flatMap((values) => values[name] ?? []);
  return LEVELS[name]?.(known) ?? known.reduce((total, value) => total + value, 0);
}

/** What the accounts say in words. */
export function toldTogether(
  accounts: readonly { rank: number | undefined; account: Account }[],
): Pick<FinalReading, 'reason' | 'detail'> {
  const named = (rank: number | undefined, text: string) => (rank === undefined ? text : `rank ${rank}: ${text}`);
  const reasons = accounts.flatMap(({ rank, account }) =>
    account.reason === undefined ? [] : [named(rank, account.reason)],
  );
  const details = accounts.flatMap(({ rank, account }) => (account.detail ? [[`rank ${rank}`, account.detail]] : []));
  const detail = accounts.length === 1 ? accounts[0]!.account.detail : Object.fromEntries(details);
  return {
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
    ...(detail && Object.keys(detail).length > 0 && { detail }),
  };
}
