import type { Reading } from '../contract.ts';
import type { Prefix, Prompts } from './prompts.ts';
import type { Way } from './way.ts';
import type { Within } from './witness.ts';

/** A stranger that was sent to an engine which then failed: who learns from what it sends takes it for held there. */
export interface FailedStranger {
  prefix: Prefix;
  target: string;
}

/** What went wrong with a stranger. `atGateway`: no engine was chosen, so a repeat would fare no better. */
export interface StrangerTrouble {
  reading: Reading;
  atGateway: boolean;
}

const MOST_KEPT = 4;

/** Prompts of which no engine holds anything. They show which engines there are, and what the gateway believes of requests that failed. */
export class Strangers {
  readonly #way: Way;
  readonly #prompts: Prompts;
  readonly #failed: FailedStranger[] = [];

  constructor(way: Way, prompts: Prompts) {
    this.#way = way;
    this.#prompts = prompts;
  }

  /** Several at once go to several engines, where the gateway looks at what is in flight. Returns what went wrong, if anything. */
  async send(count: number, within: Within): Promise<StrangerTrouble | undefined> {
    const troubles = await Promise.all(Array.from({ length: count }, () => this.#sendOne(within)));
    return troubles.find((trouble) => trouble !== undefined);
  }

  takeFailed(): FailedStranger | undefined {
    return this.#failed.shift();
  }

  putBack(failed: FailedStranger): void {
    if (this.#failed.length < MOST_KEPT) this.#failed.push(failed);
  }

  async #sendOne(within: Within): Promise<StrangerTrouble | undefined> {
    const prefix = this.#prompts.prefix();
    const through = await this.#way.ask(this.#prompts.repeat(prefix), within);
    if (through.ok) return undefined;
    if (through.target !== undefined) this.putBack({ prefix, target: through.target });
    const reading: Reading = { outcome: through.outcome, values: {}, reason: through.reason };
    return { reading, atGateway: through.target === undefined };
  }
}
