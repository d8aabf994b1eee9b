import { aibrixGatewayProbe } from './aibrix-gateway/probe.ts';
import type { ProbeType } from './contract.ts';
import { httpProbe } from './http.ts';
import { k8sReadyProbe } from './k8s-ready/probe.ts';
import { kafkaLagProbe } from './kafka-lag/probe.ts';
import { kafkaStreamProbe } from './kafka-stream/probe.ts';
import { kvRoutingProbe } from './kv-routing/probe.ts';
import { podLogsProbe } from './pod-logs/probe.ts';
import { prometheusProbe } from './prometheus.ts';
import { tcpProbe } from './tcp.ts';
import { temporalWorkflowProbe } from './temporal-workflow/probe.ts';
import { zmqKvEventsProbe } from './zmq-kv-events/probe.ts';
import { zmtpPortProbe } from './zmtp-port/probe.ts';

const types = [
  zmtpPortProbe,
  zmqKvEventsProbe,
  kvRoutingProbe,
  aibrixGatewayProbe,
  temporalWorkflowProbe,
  kafkaLagProbe,
  kafkaStreamProbe,
  k8sReadyProbe,
  podLogsProbe,
  prometheusProbe,
  httpProbe,
  tcpProbe,
];

/** Every kind of probe, by the word in the plan's `type:`. */
export const probeTypes: ReadonlyMap<string, ProbeType> = new Map(types.map((type) => [type.type, type]));
