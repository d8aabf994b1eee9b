import type { Evidence } from '../../slo/model/entry.ts';
import type { Driver, DriverContext } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { openApi, type ToxiproxyApi } from './api.ts';
import { proxyNames, type ToxiproxyConfig } from './config.ts';
import { type Fault, planFault } from './fault.ts';
import { prepareFault } from './prepare.ts';
import { type Before, lookAtAllBefore, prove, requireInPlace } from './proof.ts';
import { type Removal, removeFault, undoOf } from './removal.ts';

/** After a call that we gave up on, Toxiproxy may still carry it out for a moment. */
const AFTERMATH_MS = 250;

/** One experiment's fault on all of its proxies. */
export async function openFault(config: ToxiproxyConfig, context: DriverContext): Promise<Driver> {
  const api = await openApi(config.url);
  const fault = planFault(config, context.run, context.experiment);
  const proxies = proxyNames(config);
  const undo = undoOf(fault, proxies);
  let before: Before = new Map();
  let state: 'untouched' | 'touched' | 'injected' = 'untouched';
  return {
    prepare: (signal) => prepareFault(api, fault, signal),
    async inject(signal) {
      before = await lookAtAllBefore(fault, proxies, await api.proxies(signal), signal);
      await context.ledger.record(undo);
      signal.throwIfAborted();
      state = 'touched';
      const notBefore = context.now();
      await make(api, fault, proxies, signal);
      requireInPlace(fault, proxies, await api.proxies(signal));
      const at = context.now();
      const evidence = await prove({ api, fault, proxies, before }, 'made', signal);
      refuseDisproved(evidence);
      signal.throwIfAborted();
      state = 'injected';
      return { notBefore, at, evidence };
    },
    async evidence(signal) {
      return state === 'untouched' ? [] : prove({ api, fault, proxies, before }, 'leaving', signal);
    },
    async recover(signal) {
      if (state !== 'untouched') {
        let removal = await removeFault(api, undo, signal);
        if (state === 'touched') {
          await context.sleep(AFTERMATH_MS, signal);
          removal = await removeFault(api, undo, signal);
        }
        requireExisting(fault, removal);
      }
      const at = context.now();
      await forgetRecord(context);
      const text = state === 'untouched' ? 'nothing was injected' : 'removed, and read back as gone';
      return { at, evidence: [{ of: 'note', text }] };
    },
    async close() {
      api.close();
    },
  };
}

/** On all proxies at once; when one fails, the others are awaited all the same, so that nothing is made after the removal. */
async function make(api: ToxiproxyApi, fault: Fault, proxies: readonly string[], signal: AbortSignal): Promise<void> {
  const made = await Promise.allSettled(proxies.map((proxy) => makeOn(api, fault, proxy, signal)));
  const failed = made.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function makeOn(api: ToxiproxyApi, fault: Fault, proxy: string, signal: AbortSignal): Promise<void> {
  for (const toxic of fault.toxics) await api.addToxic(proxy, toxic, signal);
  if (fault.disables) await api.setEnabled(proxy, false, signal);
}

function refuseDisproved(evidence: readonly Evidence[]): void {
  const disproof = evidence.find((piece) => piece.holds === false);
  if (disproof) throw new Error(`the fault shows no effect: ${disproof.text}`);
}

/** A proxy that vanished while it was switched off cannot be switched on: its clients are still refused. */
function requireExisting(fault: Fault, { missing }: Removal): void {
  if (fault.disables && missing.length > 0)
    throw new Error(`no longer there, so it cannot be switched on: ${missing.join(', ')}`);
}
