import type { Preparation } from '../contract.ts';
import type { ProxyState, ToxiproxyApi } from './api.ts';
import { proxyNames } from './config.ts';
import { type Fault, TOXIC_PREFIX } from './fault.ts';

/** Reads only. */
export async function prepareFault(api: ToxiproxyApi, fault: Fault, signal: AbortSignal): Promise<Preparation> {
  const targets = proxyNames(fault.config);
  try {
    const version = await api.version(signal);
    if (/^\d/.test(version) && !version.startsWith('2.'))
      return { targets, problems: [`Toxiproxy ${version} is not supported: version 2 is`] };
    const found = await api.proxies(signal);
    return { targets, problems: targets.flatMap((name) => problemsOf(name, found, fault)) };
  } catch (error) {
    return { targets, problems: [(error as Error).message] };
  }
}

function problemsOf(name: string, found: Record<string, ProxyState>, fault: Fault): string[] {
  const proxy = found[name];
  if (!proxy) return [`proxy ${name} does not exist; there are: ${Object.keys(found).sort().join(', ') || 'none'}`];
  const ours = proxy.toxics.filter((toxic) => toxic.name.startsWith(TOXIC_PREFIX)).map((toxic) => toxic.name);
  if (ours.length > 0) return [`proxy ${name} still has a fault of ours or of another run: ${ours.join(', ')}`];
  if (!proxy.enabled) return [`proxy ${name} is switched off already`];
  const same = proxy.toxics.find((toxic) => toxic.type === fault.toxics[0]?.type);
  return same ? [`proxy ${name} has a toxic of the same kind already: ${same.name}`] : [];
}
