import type { Clock } from '../../src/scheduler/clock.ts';
import type { Moment, Outage } from './outage.ts';

/** Proxies of a Toxiproxy, and the black holes in them. */
export class Toxics {
  readonly #api: string;
  readonly #clock: Clock;

  constructor(api: string, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Opens a way to the service; gives its address. */
  async open(target: number, upstream: string): Promise<string> {
    const answer = await this.#ask('POST', '/proxies', { name: nameOf(target), listen: '127.0.0.1:0', upstream });
    return ((await answer.json()) as { listen: string }).listen;
  }

  /** Resolves when it is over. */
  async cause(outage: Outage, roundFrom: number): Promise<void> {
    const path = `/proxies/${nameOf(outage.target)}/toxics`;
    const toxic = { name: 'outage', type: 'timeout', stream: 'upstream', attributes: { timeout: 0 } };
    await this.#clock.sleepUntil(roundFrom + outage.startMs);
    outage.began = await this.#timed(() => this.#ask('POST', path, toxic));
    await this.#clock.sleepUntil(roundFrom + outage.startMs + outage.lengthMs);
    outage.ended = await this.#timed(() => this.#ask('DELETE', `${path}/outage`));
  }

  async #timed(deed: () => Promise<unknown>): Promise<Moment> {
    const asked = this.#clock.now();
    await deed();
    return [asked, this.#clock.now()];
  }

  async #ask(method: string, path: string, body?: object): Promise<Response> {
    const answer = await fetch(this.#api + path, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

function nameOf(target: number): string {
  return `target-${target}`;
}
