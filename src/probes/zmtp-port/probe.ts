import { defineProbe, type ProbeType } from '../contract.ts';
import { zmtpPortConfig } from './config.ts';

/** Shakes hands with ZMTP ports, and says exactly where that fails. */
export const zmtpPortProbe: ProbeType = defineProbe({
  type: 'zmtp-port',
  summary:
    'Shakes hands with a ZeroMQ port: tells healthy from closed, silent, foreign, outdated and wrong socket type.',
  config: zmtpPortConfig,
  values: {
    connectMs: { unit: 'ms', kind: 'level', help: 'From the start to the TCP connection, name look-up included.' },
    greetingMs: { unit: 'ms', kind: 'level', help: "From the TCP connection to the peer's whole greeting." },
    handshakeMs: { unit: 'ms', kind: 'level', help: "From the peer's greeting to its READY." },
    totalMs: { unit: 'ms', kind: 'level', help: 'From the start to READY. Of several endpoints the slowest counts.' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 1000 },
  onTimeout: 'bad',
  timeoutMeaning: 'A healthy peer shakes hands within the time-out, so the service did not answer.',
  example: `name: engine-port
type: zmtp-port
interval: 200ms
timeout: 1s
config:
  endpoint: tcp://vllm:5557
  peer: PUB
`,
  instrument: (config) => [config.peer ?? 'any', ...[config.endpoint ?? config.endpoints ?? []].flat()].join(' '),
  async open(config, context) {
    const { ZmtpPortSession } = await import('./session.ts');
    return new ZmtpPortSession(config, context);
  },
});
