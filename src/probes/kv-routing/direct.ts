import type { Offset } from '../../slo/model/entry.ts';
import { type Asking, type Completed, complete, type NotCompleted } from './completion.ts';
import type { Engine } from './engines.ts';
import { type Holding, holdingOf, type PrefixTokens } from './holding.ts';
import { countersBefore, noteWhatItTells, type Within, witness } from './witness.ts';

/** What is asked of engines past the gateway. It notes on the engine whether it answered. */
export interface Direct {
  complete(engine: Engine, prompt: string, within: Within): Promise<Completed | NotCompleted>;
  /** How much of the prefix it holds now. Asking makes it hold all of it. Undefined where that could not be found out. */
  holding(engine: Engine, prompt: string, tokens: PrefixTokens, within: Within): Promise<Holding | undefined>;
  /** Looks whether an engine that was down answers again. */
  lookAgain(engine: Engine, within: Within): Promise<void>;
}

/** Nobody can be sent there, so nothing there is of use to anybody. */
const NOBODY_THERE = new Set(['refused', 'dns', 'unreachable']);

export function askDirectly(asking: Asking, now: () => Offset): Direct {
  function note(engine: Engine, answered: boolean): void {
    if (answered && engine.down) engine.backAt = now();
    engine.down = !answered;
  }

  async function completeAt(engine: Engine, prompt: string, within: Within): Promise<Completed | NotCompleted> {
    const completed = await complete(engine.client, asking, prompt, within);
    if (completed.ok) noteWhatItTells(engine, completed);
    if (completed.ok || completed.code !== 'aborted') note(engine, completed.ok || completed.status !== undefined);
    return completed;
  }

  return {
    complete: completeAt,
    async holding(engine, prompt, tokens, within) {
      const before = await countersBefore([engine], within);
      const completed = await completeAt(engine, prompt, within);
      if (!completed.ok) return NOBODY_THERE.has(completed.code) ? 'none' : undefined;
      const witnessed = await witness(engine, completed, before.get(engine.target), within);
      return witnessed.ok ? holdingOf(witnessed.cached, tokens) : undefined;
    },
    async lookAgain(engine, { timeoutMs, signal }) {
      const answer = await engine.client.request({ path: '/metrics', timeoutMs, acceptStatus: () => true }, signal);
      if (answer.ok || answer.code !== 'aborted') note(engine, answer.ok);
    },
  };
}
