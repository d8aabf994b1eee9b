import type { Offset } from '../../slo/model/entry.ts';
import type { Reading } from '../contract.ts';
import type { Direct } from './direct.ts';
import type { Engine, Engines } from './engines.ts';
import { type CachedTokens, type Holding, holdingOf, isLess } from './holding.ts';
import type { Prompts } from './prompts.ts';
import { type Asked, type RoutingVerdict, verdictOn } from './routing-verdict.ts';
import type { Planted } from './waiting-prefixes.ts';
import type { Through, Way } from './way.ts';
import { countersBefore, type Within, witness } from './witness.ts';

/** A reading without the counts, and what is to be counted. */
export interface RepeatReading {
  reading: Reading;
  verdict?: RoutingVerdict;
  /** The engine that was chosen and failed. */
  failedAt?: string;
}

/** The times that each kind of work may take within a slot. */
export interface Shares {
  look: Within;
  gateway: Within;
  engine: Within;
}

export interface Repeating {
  way: Way;
  direct: Direct;
  engines: Engines;
  prompts: Prompts;
  now(): Offset;
}

/** Sends the prefix through the gateway once more, and finds out whether any engine would have held more of it. */
export async function repeat(planted: Planted, repeating: Repeating, shares: Shares): Promise<RepeatReading> {
  const { way, engines, prompts, now } = repeating;
  const before = await countersBefore(engines.answering(), shares.look);
  const began = now();
  const through = await way.ask(prompts.repeat(planted.prefix), shares.gateway);
  const values: Record<string, number> = { latencyMs: now() - began };
  if (!through.ok) return failed(through);
  const { engine, completed } = through;
  const witnessed = await witness(engine, completed, before.get(engine.target), shares.look);
  if (!witnessed.ok) return unjudged('unknown', witnessed.reason, values);
  values['cachedShare'] = shareOf(witnessed.cached, planted);
  const held = holdingOf(witnessed.cached, planted.tokens);
  if (held === undefined)
    return unjudged(
      'unknown',
      "others' requests moved the engine's counters too: our share of it is not clear",
      values,
    );
  const others = await askOthers(planted, engine, held, repeating, shares);
  const verdict = verdictOn({ target: engine.target, held, planted: wasPlanted(planted, engine) }, others);
  return { verdict, reading: { ...judged(verdict, values), detail: { engine: engine.target, held, others } } };
}

/** Only those are asked that may hold more: asking an engine makes it hold the prefix. */
async function askOthers(
  { prefix, tokens, fullAt, halfAt }: Planted,
  answered: Engine,
  held: Holding,
  { direct, engines, prompts }: Repeating,
  { engine: within }: Shares,
): Promise<Asked[]> {
  const candidates = [
    { target: fullAt, given: 'full' as const },
    { target: halfAt, given: 'half' as const },
  ].filter(({ target, given }) => target !== answered.target && isLess(held, given));
  return Promise.all(
    candidates.map(async ({ target }) => {
      const engine = engines.get(target);
      const now = engine && (await direct.holding(engine, prompts.repeat(prefix), tokens, within));
      return { target, held: now };
    }),
  );
}

function judged(verdict: RoutingVerdict, values: Record<string, number>): Reading {
  if (verdict.kind === 'best') return { outcome: 'good', values };
  return { outcome: verdict.kind === 'misrouted' ? 'bad' : 'unknown', values, reason: verdict.reason };
}

function failed({ outcome, reason, target }: Extract<Through, { ok: false }>): RepeatReading {
  return { ...unjudged(outcome, reason, {}), ...(target === undefined ? {} : { failedAt: target }) };
}

function unjudged(outcome: 'bad' | 'unknown', reason: string, values: Record<string, number>): RepeatReading {
  return { reading: { outcome, values, reason } };
}

function shareOf({ low }: CachedTokens, { tokens }: Planted): number {
  return Math.min(1, low / tokens.full);
}

function wasPlanted({ fullAt, halfAt }: Planted, { target }: Engine): boolean {
  return target === fullAt || target === halfAt;
}
