import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type EventError = 'consume_events' | 'reconnect' | 'decode' | 'handle_event';

/** The real gateway's metrics of one engine's connection, counted where it counts them. */
export interface EventMetrics {
  connected: () => void;
  disconnected: () => void;
  processed: (kind: string, seconds: number) => void;
  missed: (batches: number) => void;
  /** An answer to a replay request came. */
  replayAnswered: () => void;
  failed: (what: EventError) => void;
  remove: () => void;
}

const subsystem = 'aibrix_kvcache_zmq';

/** Makes the families; the function it gives makes the series of one pod. */
export function createEventMetrics(registry: Registry): (podKey: string) => EventMetrics {
  const families = familiesIn(registry);
  return (pod_key) => {
    for (const counter of families.countersOfEachPod) counter.inc({ pod_key }, 0);
    for (const gauge of families.gaugesOfEachPod) gauge.set({ pod_key }, 0);
    families.duration.zero({ pod_key });
    return {
      connected: () => {
        families.connections.inc({ pod_key });
        families.status.set({ pod_key }, 1);
      },
      disconnected: () => {
        families.disconnections.inc({ pod_key });
        families.status.set({ pod_key }, 0);
      },
      processed: (event_type, seconds) => {
        families.received.inc({ pod_key, event_type });
        families.processed.inc({ pod_key, event_type });
        families.duration.observe({ pod_key }, seconds);
      },
      missed: (batches) => families.missed.inc({ pod_key }, batches),
      replayAnswered: () => families.replayRequests.inc({ pod_key }),
      failed: (error_type) => families.errors.inc({ pod_key, error_type }),
      remove: () => {
        families.duration.remove({ pod_key });
        for (const family of [...families.countersOfEachPod, ...families.gaugesOfEachPod]) family.remove({ pod_key });
        for (const event_type of ['BlockStored', 'BlockRemoved', 'AllBlocksCleared'])
          for (const family of [families.received, families.processed]) family.remove({ pod_key, event_type });
        for (const error_type of ['consume_events', 'reconnect', 'decode', 'handle_event'])
          families.errors.remove({ pod_key, error_type });
      },
    };
  };
}

function familiesIn(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string = 'pod_key'>(name: string, help: string, ...more: Label[]) =>
    new Counter<'pod_key' | Label>({ name: `${subsystem}_${name}`, help, labelNames: ['pod_key', ...more], registers });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `${subsystem}_${name}`, help, labelNames: ['pod_key'], registers });
  const connections = counter('connections_total', 'Connections begun, whether or not a peer was there.');
  const disconnections = counter('disconnections_total', 'Connections given up.');
  const missed = counter('missed_events_total', 'Batches in gaps of the sequence numbers.');
  const replayRequests = counter('replay_requests_total', 'Replay requests that got an answer.');
  const status = gauge('connection_status', '1 once a connection was begun, 0 once it was given up.');
  const duration = new Histogram({
    name: `${subsystem}_event_processing_duration_seconds`,
    help: 'Time to process an event.',
    labelNames: ['pod_key'],
    buckets: Array.from({ length: 15 }, (_, power) => 0.00001 * 2 ** power),
    registers,
  });
  const neverCounted = ['reconnect_attempts_total', 'replay_success_total', 'replay_failures_total'].map((name) =>
    counter(name, 'The real gateway never counts these.'),
  );
  const neverSet = gauge('last_sequence_id', 'The real gateway never sets this.');
  return {
    connections,
    disconnections,
    missed,
    replayRequests,
    status,
    duration,
    received: counter('events_received_total', 'Events by type.', 'event_type'),
    processed: counter('events_processed_total', 'Events by type.', 'event_type'),
    errors: counter('errors_total', 'Errors by type.', 'error_type'),
    countersOfEachPod: [connections, disconnections, missed, replayRequests, ...neverCounted],
    gaugesOfEachPod: [status, neverSet],
  };
}
