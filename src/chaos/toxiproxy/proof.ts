import { isDeepStrictEqual } from 'node:util';
import type { Evidence } from '../../slo/model/entry.ts';
import type { ProxyState, ToxiproxyApi } from './api.ts';
import { compare, lookBefore, lookDuring, notMeasurable } from './effect.ts';
import type { Fault, Toxic } from './fault.ts';
import { dialAddress, type Look, look } from './look.ts';

/** What a connection met before the fault; absent where the proxy is out of our reach. */
export type Before = ReadonlyMap<string, Look>;

export async function lookAtAllBefore(
  fault: Fault,
  proxies: readonly string[],
  found: Record<string, ProxyState>,
  signal: AbortSignal,
): Promise<Before> {
  const looks = await Promise.all(
    proxies.map(async (name) => {
      const address = found[name] && dialAddress(found[name].listen, fault.config.url);
      return address ? ([name, await look(address, lookBefore(fault), signal)] as const) : undefined;
    }),
  );
  return new Map(looks.filter((entry) => entry !== undefined));
}

/** First that everything is in place, read back; throws with what is not. */
export function requireInPlace(fault: Fault, proxies: readonly string[], found: Record<string, ProxyState>): void {
  const missing = proxies.map((name) => readBack(fault, name, found[name])).find((evidence) => !evidence.holds);
  if (missing) throw new Error(missing.text);
}

/** All that a proof needs to know. */
export interface Subject {
  api: ToxiproxyApi;
  fault: Fault;
  proxies: readonly string[];
  before: Before;
}

/** `made`: right after the injection; `leaving`: just before the removal. */
export type Moment = 'made' | 'leaving';

/** Reads back and measures on all proxies. Trouble is evidence that does not hold. */
export async function prove(subject: Subject, moment: Moment, signal: AbortSignal): Promise<Evidence[]> {
  const { api, fault, proxies } = subject;
  try {
    const found = await api.proxies(signal);
    const pairs = proxies.map(async (name) => [
      readBack(fault, name, found[name]),
      await measure(subject, moment, name, found[name], signal),
    ]);
    return (await Promise.all(pairs)).flat();
  } catch (error) {
    return [{ of: 'mechanism', holds: false, text: (error as Error).message }];
  }
}

function readBack(fault: Fault, name: string, proxy: ProxyState | undefined): Evidence {
  const evidence = (holds: boolean, text: string): Evidence => ({ of: 'mechanism', holds, text: `${name}: ${text}` });
  if (!proxy) return evidence(false, 'the proxy does not exist');
  if (fault.disables)
    return evidence(!proxy.enabled, proxy.enabled ? 'the proxy is switched on' : 'the proxy is switched off');
  if (!proxy.enabled) return evidence(false, 'somebody switched the proxy off');
  const missing = fault.toxics.filter((toxic) => !proxy.toxics.some((found) => isSameToxic(found, toxic)));
  const names = (toxics: readonly Toxic[]) => toxics.map((toxic) => `${toxic.type} ${toxic.stream}`).join(', ');
  if (missing.length > 0) return evidence(false, `not in place: ${names(missing)}`);
  return evidence(true, `in place, read back: ${names(fault.toxics)}`);
}

function isSameToxic(found: Toxic, wanted: Toxic): boolean {
  const { name, type, stream, toxicity, attributes } = found;
  return isDeepStrictEqual({ name, type, stream, toxicity, attributes }, wanted);
}

async function measure(
  { fault, before: allBefore }: Subject,
  moment: Moment,
  name: string,
  proxy: ProxyState | undefined,
  signal: AbortSignal,
): Promise<Evidence> {
  const unmeasured = (why: string): Evidence => ({ of: 'note', text: `${name}: not measured: ${why}` });
  const before = allBefore.get(name);
  const address = proxy && dialAddress(proxy.listen, fault.config.url);
  if (!before || !address) return unmeasured('the proxy is out of reach from here');
  const obstacle = notMeasurable(fault, before);
  if (obstacle) return unmeasured(obstacle);
  if (moment === 'leaving' && fault.config.action === 'bandwidth')
    return unmeasured('what a limited connection leaves under way would hold up the removal');
  const during = await look(address, lookDuring(fault, before), signal);
  if (signal.aborted) return unmeasured('stopped before the end');
  const { holds, text, values } = compare(fault, before, during);
  const fields = { text: `${name}: ${text}`, ...(values ? { values } : {}) };
  return holds === undefined ? { of: 'note', ...fields } : { of: 'mechanism', holds, ...fields };
}
