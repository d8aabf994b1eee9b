import type { ValueDeclaration } from '../../slo/model/plan.ts';
import type { CounterName } from './series.ts';

function count(help: string, needsTraffic?: CounterName): ValueDeclaration {
  return { unit: '1', kind: 'count', help, ...(needsTraffic === undefined ? {} : { needsTraffic }) };
}

const counts: Record<CounterName, ValueDeclaration> = {
  connections: count('connections to engines that were begun, whether or not a peer was there'),
  disconnections: count('connections to engines that were given up'),
  reconnects: count('attempts to connect again; AIBrix up to 0.7 never counts them'),
  eventsReceived: count('events that came'),
  eventsProcessed: count('events that were applied'),
  missedEvents: count('batches in gaps of the sequence numbers', 'eventsReceived'),
  replayRequests: count('replay requests that got an answer; what was in it may have been dropped'),
  replaySuccesses: count('replays that worked; AIBrix up to 0.7 never counts them'),
  replayFailures: count('replays that did not work; AIBrix up to 0.7 never counts them', 'replayRequests'),
  zmqErrors: count('errors of all types on the way of the events', 'eventsReceived'),
  decodeErrors: count('of these, batches that could not be read', 'eventsReceived'),
  routingDecisions: count('choices of an engine'),
  matchedDecisions: count('of these, the ones where an engine was believed to hold some of the prompt'),
  routingErrors: count('requests for which there was no choice', 'routingDecisions'),
};

/** What the probe measures. A value whose series is absent is absent, never 0. */
export const aibrixGatewayValues: Record<string, ValueDeclaration> = {
  ...counts,
  pods: { unit: '1', kind: 'level', help: 'engines of which the gateway shows a series' },
  connected: {
    unit: '1',
    kind: 'level',
    help: 'engines that the gateway takes for connected; a partition does not change that in AIBrix up to 0.7',
  },
  absentSeries: {
    unit: '1',
    kind: 'level',
    help: 'series of those that this probe reads that the gateway does not show',
  },
};
