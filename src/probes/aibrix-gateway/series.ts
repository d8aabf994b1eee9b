/** What the gateway counts, by the name of our value. Some of it only in some releases: a series that is absent is never a zero. */
export interface Series {
  name: string;
  /** Only lines with this label count. */
  only?: { label: string; is: string };
  /** Only lines whose label is another one. */
  not?: { label: string; is: string };
  /** It has a series for each engine. */
  perPod: boolean;
}

const zmq = (name: string): Series => ({ name: `aibrix_kvcache_zmq_${name}`, perPod: true });
const router = (name: string): Series => ({ name: `aibrix_prefix_cache_${name}`, perPod: false });

export const COUNTERS = {
  connections: zmq('connections_total'),
  disconnections: zmq('disconnections_total'),
  reconnects: zmq('reconnect_attempts_total'),
  eventsReceived: zmq('events_received_total'),
  eventsProcessed: zmq('events_processed_total'),
  missedEvents: zmq('missed_events_total'),
  replayRequests: zmq('replay_requests_total'),
  replaySuccesses: zmq('replay_success_total'),
  replayFailures: zmq('replay_failures_total'),
  zmqErrors: zmq('errors_total'),
  decodeErrors: { ...zmq('errors_total'), only: { label: 'error_type', is: 'decode' } },
  routingDecisions: router('routing_decisions_total'),
  matchedDecisions: { ...router('routing_decisions_total'), not: { label: 'match_percent_bucket', is: '0' } },
  routingErrors: router('routing_errors_total'),
} as const satisfies Record<string, Series>;

export type CounterName = keyof typeof COUNTERS;
export const counterNames = Object.keys(COUNTERS) as [CounterName, ...CounterName[]];

export const CONNECTION_STATUS = 'aibrix_kvcache_zmq_connection_status';
export const POD_LABEL = 'pod_key';
export const WANTED_SERIES: ReadonlySet<string> = new Set([
  CONNECTION_STATUS,
  ...counterNames.map((counter) => COUNTERS[counter].name),
]);
