import { defineDriver } from '../contract.ts';
import { proxyNames, type ToxiproxyConfig, toxiproxyConfig } from './config.ts';
import { describeAction } from './fault.ts';

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
  open: async (config, context) => (await import('./open-fault.ts')).openFault(config, context),
  sweep: async (undo, signal) => (await import('./removal.ts')).sweepToxiproxy(undo, signal),
});
