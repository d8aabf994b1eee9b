import type { VantageContext } from '../contract.ts';
import { readClock, readTimeline, type TimelineAnswer } from './answers.ts';
import { ClockOffset, type ExchangeTimes } from './clock-offset.ts';
import type { Network } from './network.ts';
import { askClock, askWho } from './paths.ts';

const CLOCK_LOOKS = 8;
/** At the same time, thus on connections of their own: what spreads connections over several processes is then noticed. */
const LOOKS_AT_ONCE = 6;

/** A process that answered at an address, its clock measured. */
export interface Met {
  address: string;
  answer: TimelineAnswer;
  clock: ClockOffset;
}

/** Finds out who is at an address, or why nobody is known to be. */
export async function meet(
  network: Network,
  context: VantageContext,
  address: string,
  signal: AbortSignal,
): Promise<Met | string> {
  const first = await network.ask(address, askWho(context), signal);
  if (!first.ok) return first.reason;
  const answer = readTimeline(first.text, context.vantage, context.probes);
  if (typeof answer === 'string') return answer;
  const { boot, received } = answer.header;
  if (await isShared(network, address, boot, signal))
    return 'several processes share this address; the name must lead to each of them, as that of a headless Service does';
  const exchanges: ExchangeTimes[] = [{ sent: first.sent, received, answered: answer.end.sent, got: first.got }];
  for (let look = 0; look < CLOCK_LOOKS; look++) {
    const again = await network.ask(address, askClock(), signal);
    if (!again.ok) return again.reason;
    const clock = readClock(again.text);
    if (clock?.boot !== boot) return 'it began anew while its clock was measured';
    exchanges.push({ sent: again.sent, received: clock.received, answered: clock.sent, got: again.got });
  }
  return { address, answer, clock: new ClockOffset(exchanges) };
}

async function isShared(network: Network, address: string, boot: string, signal: AbortSignal): Promise<boolean> {
  const looks = Array.from({ length: LOOKS_AT_ONCE }, () => network.ask(address, askClock(), signal));
  const clocks = (await Promise.all(looks)).flatMap((answer) => (answer.ok ? (readClock(answer.text) ?? []) : []));
  return clocks.some((clock) => clock.boot !== boot);
}

/** Why what answers there must not be listened to, if so. */
export function strangeness({ answer: { header } }: Met, context: VantageContext): string | undefined {
  const who = `instance ${header.instance}`;
  if (header.vantage !== context.vantage) return `${who} serves the vantage ${header.vantage}, not ${context.vantage}`;
  if (header.digest === context.digest) return undefined;
  if (header.plan !== context.plan) return `${who} works by the plan ${header.plan}, not ${context.plan}`;
  return `${who} works by another version of the plan (${header.digest}, and here it is ${context.digest}): roll it out first`;
}
