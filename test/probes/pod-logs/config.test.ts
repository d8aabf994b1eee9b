import { expect, it } from 'vitest';
import { createMatcher } from '../../../src/probes/lib/patterns/matcher.ts';
import { COMMON_ERRORS } from '../../../src/probes/pod-logs/config.ts';
import { podLogsProbe } from '../../../src/probes/pod-logs/probe.ts';

const errors = createMatcher(COMMON_ERRORS);

it.each([
  '2026-05-04 03:02:01,123 - vllm.engine - ERROR - peer is away',
  '{"level":"error","ts":1777863721,"msg":"peer is away"}',
  '{"level":50,"time":1777863721000,"msg":"peer is away"}',
  'time="2026-05-04T03:02:01Z" level=fatal msg="peer is away"',
  'E0504 03:02:01.123456       1 reflector.go:158] peer is away',
  'panic: runtime error: invalid memory address',
  'Traceback (most recent call last):',
])('an error of a common logger is one: %s', (line) => {
  expect(errors.test(line)).toBe(true);
});

it.each([
  '2026-05-04 03:02:01,123 - vllm.engine - INFO - 0 errors so far',
  '{"level":"info","msg":"the error handler is ready"}',
  '{"level":30,"time":1777863721000,"msg":"ready"}',
  'I0504 03:02:01.123456       1 reflector.go:158] ready',
  'GET /error 200',
])('what is no error is none: %s', (line) => {
  expect(errors.test(line)).toBe(false);
});

const named = (name: string, matches = 'x') => ({ patterns: [{ name, matches }] });

it.each([
  ['a pattern of the name that a value has', named('lines')],
  ['a name that no objective could write', named('names peer')],
  ['a pattern that refers back', named('twice', '(a)\\1')],
  ['what is no pattern', { errors: '(' }],
  ['one name twice', { patterns: [...named('a').patterns, ...named('a').patterns] }],
  ['neither selector nor workload', { selector: undefined }],
])('a config with %s is refused', (_, more) => {
  expect(podLogsProbe.config.safeParse({ namespace: 'ours', selector: 'app=a', ...more }).success).toBe(false);
});

it('each pattern is a count that needs lines', () => {
  const config = podLogsProbe.config.parse({ namespace: 'ours', selector: 'app=a', ...named('names-peer') });

  expect(podLogsProbe.configValues?.(config)).toMatchObject({ 'names-peer': { kind: 'count', needsTraffic: 'lines' } });
});
