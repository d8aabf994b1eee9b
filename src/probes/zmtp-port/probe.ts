import { defineProbe, type ProbeType } from '../contract.ts';
import { zmtpPortConfig } from './config.ts';
import { type Target, targetsOf } from './target.ts';

/** Shakes hands with ZMTP ports, and says exactly where that fails. */
export const zmtpPortProbe: ProbeType = defineProbe({
  type: 'zmtp-port',
  summary:
    'Shakes hands with a ZeroMQ port: tells healthy from closed, silent, foreign, outdated and wrong socket type.',
  config: zmtpPortConfig,
  values: {
    lookupMs: { unit: 'ms', kind: 'level', help: 'Looking the host name up; 0 for an address.' },
    connectMs: { unit: 'ms', kind: 'level', help: 'From there to the TCP connection.' },
    greetingMs: { unit: 'ms', kind: 'level', help: "From the TCP connection to the peer's whole greeting." },
    handshakeMs: { unit: 'ms', kind: 'level', help: "From the peer's greeting to its READY." },
    totalMs: {
      unit: 'ms',
      kind: 'level',
      help: 'All of these together. Of several endpoints or addresses the slowest counts, and a step that not all have reached has no value for the whole.',
    },
    addresses: {
      unit: '1',
      kind: 'level',
      help: 'With the key `addresses`: to how many the host name resolved, of several names the fewest.',
    },
  },
  defaults: { intervalMs: 1000, timeoutMs: 1000 },
  onTimeout: 'bad',
  timeoutMeaning: 'A healthy peer shakes hands within the time-out, so the service did not answer.',
  example: `name: engine-ports
type: zmtp-port
interval: 200ms
timeout: 1s
config:
  endpoints:
    - {endpoint: "tcp://vllm.kv-sync-test:5557", peer: PUB}
    - {endpoint: "tcp://vllm.kv-sync-test:5558", peer: ROUTER}
  addresses: {atLeast: 3}     # a headless service: each of its pods is a part
`,
  instrument: (config) => targetsOf(config).map(instrumentOf).join(' '),
  async open(config, context) {
    const { ZmtpPortSession } = await import('./session.ts');
    return new ZmtpPortSession(config, context);
  },
});

function instrumentOf({ endpoint, peer, addresses }: Target): string {
  const which = addresses ? ` (each address${addresses.family ? ` of IPv${addresses.family}` : ''})` : '';
  return `${peer ?? 'any'} ${endpoint}${which}`;
}
