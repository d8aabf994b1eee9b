import { expect, test } from 'vitest';
import { type Trail, type TrailEvent, trailOf } from '../../../src/probes/temporal-workflow/trail.ts';

const at = (eventId: number, seconds: number) => ({ eventId, eventTime: { seconds, nanos: 0 } });
const scheduled = (id: number, seconds: number) => ({ ...at(id, seconds), workflowTaskScheduledEventAttributes: {} });
const taken = (id: number, seconds: number, of: number, identity: string) => ({
  ...at(id, seconds),
  workflowTaskStartedEventAttributes: { scheduledEventId: of, identity },
});
const activity = (id: number, name: string) => ({
  ...at(id, 0),
  activityTaskScheduledEventAttributes: { activityId: `a${id}`, activityType: { name } },
});
const tried = (id: number, of: number, attempt: number, message?: string) => ({
  ...at(id, 1),
  activityTaskStartedEventAttributes: {
    ...{ scheduledEventId: of, attempt, identity: 'w2' },
    lastFailure: message === undefined ? null : { message },
  },
});

const cases: Record<string, { events: TrailEvent[]; trail: Trail }> = {
  'nothing happened yet': { events: [], trail: { workers: [], retries: [] } },
  'one worker has it all the time': {
    events: [scheduled(1, 10), taken(2, 11, 1, 'w1'), scheduled(3, 20), taken(4, 20, 3, 'w1')],
    trail: { workers: ['w1'], waitedMs: 1000, retries: [] },
  },
  'another worker goes on': {
    events: [scheduled(1, 10), taken(2, 10, 1, 'w1'), scheduled(3, 20), taken(4, 27, 3, 'w2')],
    trail: { workers: ['w1', 'w2'], waitedMs: 7000, retries: [] },
  },
  'a task that nobody took in time waited as well': {
    events: [scheduled(1, 10), { ...at(2, 15), workflowTaskTimedOutEventAttributes: { scheduledEventId: 1 } }],
    trail: { workers: [], waitedMs: 5000, retries: [] },
  },
  'an activity was tried again': {
    events: [activity(1, 'executeStep'), tried(2, 1, 3, 'no\nheartbeat')],
    trail: {
      workers: [],
      retries: [{ id: 'a1', activity: 'executeStep', attempt: 3, worker: 'w2', failure: 'no heartbeat' }],
    },
  },
  'an activity that worked at once is none of them': {
    events: [activity(1, 'executeStep'), tried(2, 1, 1)],
    trail: { workers: [], retries: [] },
  },
  'events that come twice, out of order, and of which the beginning is missing': {
    events: [taken(4, 27, 3, 'w2'), taken(2, 10, 1, 'w1'), taken(4, 27, 3, 'w2'), scheduled(3, 20), tried(9, 8, 2)],
    trail: {
      workers: ['w1', 'w2'],
      waitedMs: 7000,
      retries: [{ id: '', activity: 'an activity', attempt: 2, worker: 'w2' }],
    },
  },
  'a server whose clock stepped back': {
    events: [scheduled(1, 10), taken(2, 9, 1, 'w1')],
    trail: { workers: ['w1'], waitedMs: 0, retries: [] },
  },
};

test.for(Object.entries(cases))('%s', ([, { events, trail }]) => {
  expect(trailOf(events)).toEqual(trail);
});
