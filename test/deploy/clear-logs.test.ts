/** What the shipped plans take for a line that is not clear, and for one that names who is not reached and why. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { createMatcher } from '../../src/probes/lib/patterns/matcher.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';
import { shippedExperiments, withDefaults } from './shipped-experiments.ts';

interface LogsProbe {
  type: string;
  config: {
    namespace: string;
    containers: string[];
    patterns: { name: string; matches: string; ignoreCase: boolean }[];
  };
}

const plans = shippedExperiments().map(({ row, plan }) => {
  const probes = parse(withDefaults(readFileSync(plan, 'utf8'))).spec.probes as LogsProbe[];
  return { row, probes };
});

function says(row: string, pattern: string, line: string): boolean {
  const { probes } = plans.find((plan) => plan.row === row)!;
  const patterns = probes.find(({ type }) => type === 'pod-logs')!.config.patterns;
  const { matches, ignoreCase } = patterns.find(({ name }) => name === pattern)!;
  return createMatcher(matches, ignoreCase).test(line);
}

it.each(plans)('$row reads the logs of the one container that is judged', ({ row, probes }) => {
  const read = probes
    .filter(({ type }) => type === 'pod-logs')
    .map(({ config }) => [config.namespace, config.containers]);

  expect(read).toEqual([row.startsWith('A') ? ['aibrix-system', ['gateway-plugin']] : ['bytebot', ['worker']]]);
});

test('the account of the weekly run may read pods wherever a plan looks at them', () => {
  const accounts = parseAllDocuments(readFileSync(`${REPOSITORY}/deploy/cronjob/accounts.yaml`, 'utf8'));
  const bound = accounts
    .map((document) => document.toJS())
    .filter(({ kind, roleRef }) => kind === 'RoleBinding' && roleRef.name === 'steadfast-faults')
    .map(({ metadata }) => metadata.namespace);
  const lookedAt = plans.flatMap(({ probes }) =>
    probes.filter(({ type }) => ['pod-logs', 'k8s-ready'].includes(type)).map(({ config }) => config.namespace),
  );

  expect([...new Set(lookedAt)].filter((namespace) => !bound.includes(namespace))).toEqual([]);
});

describe('no-unclear-line', () => {
  test.each([
    'panic: runtime error: invalid memory address or nil pointer dereference',
    'goroutine 1 [running]:',
    'Traceback (most recent call last):',
    'Unhandled rejection: Error: connect ECONNREFUSED',
    '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function',
    'Uncaught exception: TypeError',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'failed to emit event: [object Object]',
    'no connection to Kafka: undefined',
    'lost 3 events of %!s(MISSING)',
  ])('does not accept: %s', (line) => {
    for (const row of ['A1', 'B1']) expect(says(row, 'unclear', line), row).toBe(true);
  });

  test.each([
    'E0724 12:00:00.000000       1 zmq_client.go:171] Event consumption error for kv-sync-test/vllm-0: poll error: interrupted',
    '{"level":"ERROR","logger":"kafkajs","message":"[Connection] Connection timeout","broker":"10.1.2.3:9092"}',
    'W0724 12:00:00.000000       1 router.go:20] the label of the model is undefined, so none is used',
    '2026-11-23T07:08:10.207Z ERROR lost Temporal at 10.0.0.1:7233: Timeout expired',
  ])('accepts: %s', (line) => {
    for (const row of ['A1', 'B1']) expect(says(row, 'unclear', line), row).toBe(false);
  });
});

describe('fault-named-in-logs', () => {
  test.each([
    [
      'A1',
      'E0724 12:00:00.000000       1 zmq_client.go:171] Event consumption error for kv-sync-test/vllm-0: poll error: interrupted',
    ],
    ['A5', 'dial tcp 10.1.2.3:8000: connect: connection refused'],
    [
      'A10',
      '2026-11-23T07:08:10.207Z ERROR lost the events of kv-sync-test/vllm-0 at 10.1.2.3:5557: timed out at a heartbeat',
    ],
    ['B6', '{"level":"ERROR","logger":"kafkajs","message":"[Connection] Connection timeout","broker":"10.1.2.3:9092"}'],
    ['B6', 'Failed to connect to Temporal (attempt 1/10): connect ECONNREFUSED'],
    ['B12', '2026-11-23T07:08:10.207Z ERROR lost Temporal at 10.0.0.1:7233: Timeout expired'],
  ])('%s accepts: %s', (row, line) => {
    expect(says(row, row.startsWith('A') ? 'names-engine' : 'names-peer', line)).toBe(true);
  });

  test.each([
    ['A1', 'an error occurred', 'neither peer nor cause'],
    ['A1', 'connection refused', 'no peer'],
    ['A1', 'Successfully connected to vLLM pod kv-sync-test/vllm-0 at 10.1.2.3', 'no cause'],
    ['B6', 'GOAL_FAILED of goal 7', 'no peer'],
    ['B6', 'Connected to Temporal server', 'no cause'],
    [
      'B6',
      'WARN temporalio_sdk_core::worker::activities: Network error while completing activity: transport error, ConnectionReset',
      'the name of a library is no peer',
    ],
  ])('%s does not accept: %s (%s)', (row, line) => {
    expect(says(row, row.startsWith('A') ? 'names-engine' : 'names-peer', line)).toBe(false);
  });
});
