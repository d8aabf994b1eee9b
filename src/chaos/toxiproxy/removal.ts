import * as z from 'zod';
import { type Machine, relationTo, thisMachine } from '../lib/machine.ts';
import { openApi, type ProxyState, type ToxiproxyApi, ToxiproxyTrouble } from './api.ts';
import type { Fault } from './fault.ts';
import { isLoopback } from './look.ts';

/** What it takes to remove the fault without the run that made it. */
export const toxiproxyUndo = z.strictObject({
  url: z.string(),
  machine: z.strictObject({ host: z.string(), boot: z.string(), pidNamespace: z.string() }),
  proxies: z.array(z.string()).min(1),
  toxics: z.array(z.string()).min(1),
  /** The proxies were switched off. */
  disabled: z.boolean(),
});

export type ToxiproxyUndo = z.infer<typeof toxiproxyUndo>;

export function undoOf(fault: Fault, proxies: string[]): ToxiproxyUndo {
  const toxics = fault.toxics.map((toxic) => toxic.name);
  return { url: fault.config.url, machine: thisMachine(), proxies, toxics, disabled: fault.disables };
}

/** Proxies that do not exist any more, and with them whatever was done to them. */
export interface Removal {
  missing: string[];
}

/** Removes all of it, whatever of it was made, and resolves when reading back shows nothing of it. */
export async function removeFault(api: ToxiproxyApi, undo: ToxiproxyUndo, signal: AbortSignal): Promise<Removal> {
  const removals = await Promise.allSettled(undo.proxies.map((proxy) => removeFrom(api, proxy, undo, signal)));
  const failed = removals.find((removal) => removal.status === 'rejected');
  if (failed) throw failed.reason;
  const found = await api.proxies(signal);
  const left = undo.proxies.filter((name) => found[name] && remains(found[name], undo));
  if (left.length > 0) throw new Error(`the fault is still on ${left.join(', ')} after its removal`);
  return { missing: undo.proxies.filter((name) => !found[name]) };
}

async function removeFrom(api: ToxiproxyApi, proxy: string, undo: ToxiproxyUndo, signal: AbortSignal): Promise<void> {
  if (undo.disabled) await api.setEnabled(proxy, true, signal);
  for (const toxic of undo.toxics) await api.removeToxic(proxy, toxic, signal);
}

export function remains(proxy: ProxyState, undo: ToxiproxyUndo): boolean {
  return (undo.disabled && !proxy.enabled) || proxy.toxics.some((toxic) => undo.toxics.includes(toxic.name));
}

export async function sweepToxiproxy(recorded: unknown, signal: AbortSignal): Promise<string> {
  const parsed = toxiproxyUndo.safeParse(recorded);
  if (!parsed.success) throw new Error('the record of a Toxiproxy fault cannot be read');
  const undo = parsed.data;
  const own = isLoopback(new URL(undo.url).hostname.replace(/^\[|\]$/g, ''));
  if (own && relationTo(undo.machine) === 'elsewhere') throw new Error(elsewhere(undo.machine));
  const api = await openApi(undo.url);
  try {
    const { missing } = await removeFault(api, undo, signal);
    return sayRemoved(undo, missing);
  } catch (error) {
    // Toxics live in Toxiproxy's memory only: where nothing listens on this very machine, they ended with it.
    const ended = own && error instanceof ToxiproxyTrouble && error.code === 'refused';
    if (ended) return `the Toxiproxy at ${undo.url} has ended, and its toxics with it`;
    throw error;
  } finally {
    api.close();
  }
}

function sayRemoved(undo: ToxiproxyUndo, missing: string[]): string {
  const done = undo.disabled ? 'switched on again' : 'toxics removed';
  const gone = missing.length > 0 ? `; no longer there: ${missing.join(', ')}` : '';
  return `${undo.proxies.join(', ')} at ${undo.url}: ${done}${gone}`;
}

function elsewhere(machine: Machine): string {
  return `that Toxiproxy listens for its own machine only: sweep on ${machine.host}`;
}
