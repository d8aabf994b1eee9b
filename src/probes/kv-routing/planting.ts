import type { Offset } from '../../slo/model/entry.ts';
import type { Direct } from './direct.ts';
import type { Engine, Engines } from './engines.ts';
import type { Prompts } from './prompts.ts';
import type { FailedStranger } from './strangers.ts';
import type { Planted } from './waiting-prefixes.ts';
import type { Within } from './witness.ts';

export interface Planter {
  direct: Direct;
  engines: Engines;
  prompts: Prompts;
  now(): Offset;
  random(): number;
}

/** Gives prefixes to engines past the gateway, so that nothing but an event can tell the gateway of them. */
export function createPlanting({ direct, engines, prompts, now, random }: Planter) {
  let turn = Math.floor(random() * 32);

  /** Each engine in turn is the one that gets a prefix whole. */
  function pair(): [Engine, Engine] | undefined {
    const answering = engines.answering();
    const full = answering[turn++ % answering.length];
    const rest = answering.filter((engine) => engine !== full);
    const half = rest[Math.floor(random() * rest.length)];
    return full && half && [full, half];
  }

  async function plant(within: Within): Promise<Planted | string> {
    const engines = pair();
    if (!engines) return 'fewer than two engines answer';
    const prefix = prompts.prefix();
    const [full, half] = await Promise.all([
      direct.complete(engines[0], prefix.full, within),
      direct.complete(engines[1], prefix.half, within),
    ]);
    if (!full.ok) return `an engine could not be given a prefix: ${full.message}`;
    if (!half.ok) return `an engine could not be given a prefix: ${half.message}`;
    const tokens = { full: full.promptTokens, half: half.promptTokens };
    if (tokens.full === undefined || tokens.half === undefined || tokens.half < 1 || tokens.full <= tokens.half)
      return 'the engines do not say how many tokens a prompt had';
    const [fullAt, halfAt] = [engines[0].target, engines[1].target];
    return { prefix, tokens: { full: tokens.full, half: tokens.half }, fullAt, halfAt, plantedAt: now() };
  }

  /** The whole of it was sent to one that failed; what is held of it is a half, elsewhere. */
  async function plantHalf({ prefix, target }: FailedStranger, within: Within): Promise<Planted | undefined> {
    const others = engines.answering().filter((answering) => answering.target !== target);
    const engine = others[Math.floor(random() * others.length)];
    const half = engine && (await direct.complete(engine, prefix.half, within));
    if (!half?.ok || !half.promptTokens) return undefined;
    const tokens = { half: half.promptTokens, full: 2 * half.promptTokens };
    return { prefix, tokens, fullAt: target, halfAt: engine!.target, plantedAt: now() };
  }

  return { plant, plantHalf };
}
