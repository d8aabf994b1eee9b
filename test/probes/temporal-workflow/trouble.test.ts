import { describe, expect, test } from 'vitest';
import { firstTaskOf } from '../../../src/probes/temporal-workflow/first-task.ts';
import { readTrouble } from '../../../src/probes/temporal-workflow/trouble.ts';

const named = (name: string, message: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { name });
const status = (code: number, details: string) =>
  named('ServiceError', 'outer', Object.assign(new Error(), { code, details }));

describe('an error of the client is read by code and name', () => {
  const cases: Record<string, { error: unknown; trouble: object }> = {
    refused: {
      error: status(14, 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7233'),
      trouble: { kind: 'unreachable', reason: 'server unreachable: connection refused', neverSent: true },
    },
    'an address that does not resolve': {
      error: status(14, 'Name resolution failed for target dns:nowhere: getaddrinfo ENOTFOUND nowhere'),
      trouble: { kind: 'unreachable', reason: 'server unreachable: the host name does not resolve', neverSent: true },
    },
    'a connection that broke: it may have arrived': {
      error: status(14, 'Connection dropped'),
      trouble: { kind: 'unreachable', reason: 'server unreachable: no connection' },
    },
    'a certificate of another name': {
      error: status(
        14,
        "No connection established. Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames",
      ),
      trouble: { kind: 'unreachable', reason: 'server unreachable: its certificate is for another name' },
    },
    'a certificate of a stranger': {
      error: status(14, 'No connection established. Last error: Error: unable to verify the first certificate'),
      trouble: { reason: 'server unreachable: its certificate is not signed by an authority that we know' },
    },
    'a certificate of ours is wanted': {
      error: status(
        14,
        'Last error: 40:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:',
      ),
      trouble: { reason: 'server unreachable: it wants a certificate of ours' },
    },
    'another failure of TLS': {
      error: status(14, 'Last error: 40:error:0A00010B:SSL routines:ssl3_get_record:wrong version number'),
      trouble: { reason: 'server unreachable: TLS handshake failed' },
    },
    'no answer': { error: status(4, 'Deadline exceeded'), trouble: { reason: 'the server does not answer' } },
    'no key': { error: status(16, 'x'), trouble: { kind: 'refused', reason: 'the server does not let us in' } },
    'another status': {
      error: status(8, 'namespace rate limit\nexceeded'),
      trouble: { kind: 'refused', reason: 'server error: namespace rate limit exceeded' },
    },
    'a workflow that threw': {
      error: named('WorkflowFailedError', 'x', named('ApplicationFailure', 'disk full')),
      trouble: { kind: 'workflow', reason: 'workflow failed: disk full' },
    },
    'a workflow that was terminated': {
      error: named('WorkflowFailedError', 'x', named('TerminatedFailure', 'y')),
      trouble: { kind: 'workflow', reason: 'workflow was terminated' },
    },
    'something else': { error: 'boo', trouble: { kind: 'unreachable', reason: 'the call failed: no message' } },
  };

  test.for(Object.entries(cases))('%s', ([, { error, trouble }]) => {
    expect(readTrouble(error)).toMatchObject(trouble);
  });

  test('a chain of causes without end comes to an end', () => {
    const circle = named('Error', 'x');
    circle.cause = circle;

    expect(readTrouble(circle)).toMatchObject({ kind: 'unreachable' });
  });
});

describe('the first task of a history', () => {
  const at = (seconds: number, nanos: number) => ({
    eventTime: { seconds: { toString: () => String(seconds) }, nanos },
  });
  const scheduled = { ...at(100, 900_000_000), workflowTaskScheduledEventAttributes: {} };
  const started = { ...at(101, 150_000_000), workflowTaskStartedEventAttributes: {} };

  test('schedule to start, by the clock of the server', () => {
    expect(firstTaskOf([scheduled, started])).toEqual({ scheduleToStartMs: 250, completed: false });
  });

  test('not started yet', () => {
    expect(firstTaskOf([scheduled])).toEqual({ completed: false });
  });

  test('the worker could not run it', () => {
    const failed = { workflowTaskFailedEventAttributes: { failure: { message: 'no such\nfunction' } } };

    expect(firstTaskOf([scheduled, started, failed])).toMatchObject({ failure: 'no such function' });
  });
});
