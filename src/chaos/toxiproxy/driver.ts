import type { Evidence } from '../../slo/model/entry.ts';
import { type Driver, type DriverContext, defineDriver } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { openApi, type ToxiproxyApi } from './api.ts';
import { proxyNames, type ToxiproxyConfig, toxiproxyConfig } from './config.ts';
import { describeAction, type Fault, planFault } from './fault.ts';
import { prepareFault } from './prepare.ts';
import { type Before, lookAtAllBefore, prove, requireInPlace } from './proof.ts';
import { type Removal, removeFault, sweepToxiproxy, undoOf } from './removal.ts';

export const toxiproxyDriver = defineDriver<ToxiproxyConfig>({
  type: 'toxiproxy',
  summary: 'Breaks TCP connections that run through a Toxiproxy 2.',
  config: toxiproxyConfig,
  oneShot: () => false,
  describe: (config) => `${describeAction(config)} ${proxyNames(config).join(', ')}`,
  example: `name: events-cut
driver: toxiproxy
duration: 30s
config:
  url: http://toxiproxy:8474
  proxy: engine-events
  action: blackhole
`,
  proof: `Each toxic is read back from Toxiproxy, after it was made and again before it is removed.
Besides, a connection of our own through the proxy is compared with one made just before the fault:
\`refuse\`: a refused handshake. \`blackhole\`: no byte, where one came before. \`latency\`: the time to the first byte.
\`bandwidth\`: bytes in a second, measured once. \`reset\`: a reset connection.
Where this cannot be measured, the evidence says so and the reading back stands alone: at a service that waits to be spoken
to (unless \`provoke\` gives it something to answer), where the proxy is out of the runner's reach, for a delay above one second.
What clients see: when a \`blackhole\` is removed, Toxiproxy closes the connections that were in it, since bytes are missing
from them; \`reset\` ends connections that are older than the fault at their next byte, with a plain end; \`refuse\` ends all
connections when it begins.
Before it removes \`latency\` or \`bandwidth\`, Toxiproxy hands on what connections hold, and waits 5 s for each piece whose
reader has gone: with clients that vanish in the middle of a transfer the removal can take many seconds.`,
  open: async (config, context) => openFault(await openApi(config.url), config, context),
  sweep: (undo, signal) => sweepToxiproxy(undo, signal),
});

/** After a call that we gave up on, Toxiproxy may still carry it out for a moment. */
const AFTERMATH_MS = 250;

function openFault(api: ToxiproxyApi, config: ToxiproxyConfig, context: DriverContext): Driver {
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
