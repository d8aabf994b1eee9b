import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgress, type Progress, type ProgressOptions, styleFor } from '../../src/cli/progress.ts';
import type { Log } from '../../src/clients/log.ts';
import type { ChaosEvent, Entry } from '../../src/slo/model/entry.ts';
import { columns } from '../../src/slo/render/width.ts';
import { someExperiment, somePlan, someProbe } from '../exporters/some-plan.ts';

const plan = somePlan({
  probes: [someProbe({ name: 'engine-port' }), someProbe({ name: 'kv-events' })],
  experiments: [someExperiment({ name: 'partition' }), someExperiment({ name: 'kill', oneShot: true, durationMs: 0 })],
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A run whose time is set by hand. */
function started(more: Partial<ProgressOptions> & { columns?: number; rows?: number }) {
  let written = '';
  const time = { now: 0 };
  const output = {
    columns: more.columns ?? 80,
    rows: more.rows ?? 24,
    write(text: string) {
      written += text;
    },
  };
  const progress = createProgress({
    plan,
    now: () => time.now,
    output,
    style: 'lines',
    colour: false,
    ...more,
  });
  const pass = (ms: number) => {
    time.now += ms;
    vi.advanceTimersByTime(ms);
  };
  return { progress, pass, written: () => written };
}

const chaos = (state: ChaosEvent['state'], at: number, more: Partial<ChaosEvent> = {}): Entry => ({
  type: 'chaos',
  experiment: 'partition',
  at,
  state,
  ...more,
});

function slot(progress: Progress, probe: string, outcome: 'good' | 'bad', reason?: string): void {
  const fixed = { type: 'sample' as const, vantage: 'runner', slot: 0, due: 0, started: 0, ended: 0, values: {} };
  progress.observed({ ...fixed, probe, outcome, ...(reason === undefined ? {} : { reason }) });
}

describe('without a terminal', () => {
  test('there is a line at each change and one every ten seconds, all of them plain', () => {
    const { progress, pass, written } = started({});

    progress.observed(chaos('started', 0));
    slot(progress, 'engine-port', 'good');
    slot(progress, 'engine-port', 'bad', 'connection\nrefused');
    pass(10_000);
    pass(50_000);
    progress.observed(chaos('requested', 60_000));
    pass(1200);
    progress.observed(chaos('injected', 61_200));
    progress.note('stop condition is near');
    progress.close();
    pass(60_000);

    expect(written().split('\n')).toEqual([
      '[0ms] partition: started, watching the steady state',
      '[10s] partition: steady, 50.0s left; engine-port 1 good, 1 bad, 0 missing (connection refused); kv-events 0 good, 0 bad, 0 missing',
      expect.stringMatching(/^\[20s|^\[1m\]/),
      ...Array(4).fill(expect.any(String)),
      '[1m] partition: fault requested',
      '[1m1s] partition: fault in effect',
      '[1m1s] stop condition is near',
      '',
    ]);
  });

  test('what went wrong is said with its reason', () => {
    const { progress, written } = started({});

    progress.observed(chaos('started', 0));
    progress.observed(chaos('failed', 0, { reason: 'no target matches' }));
    progress.observed(chaos('left-behind', 0, { fault: 'delay', reason: 'deletion was not confirmed' }));
    progress.observed({ type: 'gate', experiment: 'kill', at: 0, open: false, reason: 'port-open-before failed' });
    progress.observed({ type: 'end', at: 0, cause: 'aborted', reason: 'SIGTERM' });
    progress.close();

    expect(written()).toContain('partition: the fault could not be injected: no target matches\n');
    expect(written()).toContain('partition/delay: THE FAULT MAY STILL BE THERE: deletion was not confirmed\n');
    expect(written()).toContain('kill: not run: port-open-before failed\n');
    expect(written()).toContain('aborted: SIGTERM\n');
  });
});

describe('on a terminal', () => {
  const block = (written: string) => stripVTControlCharacters(written.slice(written.lastIndexOf('\u001b[J')));

  test('one block shows the step, the time left and each probe, those in trouble first', () => {
    const { progress, pass, written } = started({ style: 'block' });

    progress.observed(chaos('started', 0));
    progress.observed(chaos('requested', 60_000));
    pass(60_000);
    progress.observed(chaos('injected', 60_000));
    slot(progress, 'engine-port', 'good');
    slot(progress, 'kv-events', 'bad', 'no event within 1s');
    progress.observed({ type: 'gap', probe: 'kv-events', vantage: 'runner', slot: 1, due: 0, reason: 'late' });
    pass(15_000);

    expect(block(written()).split('\n')).toEqual([
      'partition (1 of 2)  fault  [##########----------]  15.0s left',
      '  kv-events    0 good, 1 bad, 1 missing (late)',
      '  engine-port  1 good, 0 bad, 0 missing',
      '',
    ]);
  });

  test('a step without a planned end shows how long it has taken', () => {
    const { progress, pass, written } = started({ style: 'block' });

    progress.observed(chaos('started', 0, { experiment: 'kill' }));
    progress.observed(chaos('injected', 0, { experiment: 'kill', oneShot: true }));
    pass(2500);

    expect(block(written())).toContain('kill (2 of 2)  fault  for 2.5s\n');
  });

  test('the tallies begin anew with each experiment', () => {
    const { progress, pass, written } = started({ style: 'block' });

    progress.observed(chaos('started', 0));
    slot(progress, 'engine-port', 'bad', 'refused');
    progress.observed(chaos('started', 0, { experiment: 'kill' }));
    pass(250);

    expect(block(written())).not.toContain('refused');
  });

  test('erases exactly what it drew, and leaves nothing behind but the lines', () => {
    const { progress, pass, written } = started({ style: 'block', rows: 6 });

    progress.observed(chaos('started', 0));
    pass(3000);
    progress.note('noted');
    pass(3000);
    progress.close();

    expect(screen(written())).toEqual(['[0ms] partition: started, watching the steady state', '[3s] noted', '']);
  });

  test.each([
    [10, 4],
    [40, 6],
    [200, 50],
  ])('fits %i columns and %i rows however many probes there are', (width, rows) => {
    const probes = Array.from({ length: 100 }, (_, index) => someProbe({ name: `probe-with-a-long-name-${index}` }));
    const { progress, pass, written } = started({ style: 'block', plan: somePlan({ probes }), columns: width, rows });

    progress.observed(chaos('started', 0));
    pass(250);

    const lines = block(written()).trimEnd().split('\n');
    expect(lines.length).toBeLessThan(rows);
    expect(Math.max(...lines.map(columns)), lines.join('\n')).toBeLessThan(width);
  });

  test('a terminal that says it has no columns is taken for one of the usual size', () => {
    const { progress, pass, written } = started({ style: 'block', columns: 0, rows: 0 });

    progress.observed(chaos('started', 0));
    pass(250);

    expect(block(written())).toContain('partition (1 of 2)  steady');
    expect(block(written())).toContain('  engine-port  0 good');
  });

  test('colour marks the probes and nothing else changes', () => {
    const [plain, coloured] = [false, true].map((colour) => {
      const { progress, pass, written } = started({ style: 'block', colour });
      progress.observed(chaos('started', 0));
      slot(progress, 'engine-port', 'bad', 'refused');
      pass(250);
      progress.close();
      return written();
    });

    expect(coloured!).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured!)).toBe(stripVTControlCharacters(plain!));
  });
});

test('as logs, each line is a record with fields of its own', () => {
  const records: [unknown, string][] = [];
  const log = { info: (fields: unknown, message: string) => records.push([fields, message]) } as unknown as Log;
  const { progress, pass } = started({ style: log });

  progress.observed(chaos('started', 0));
  pass(10_000);
  progress.close();

  const fields = { plan: 'kv-event-sync', experiment: 'partition', step: 'steady' };
  expect(records).toEqual([
    [{ ...fields, offsetMs: 0 }, 'partition: started, watching the steady state'],
    [expect.objectContaining({ ...fields, offsetMs: 10_000, probes: expect.any(Array) }), 'running'],
  ]);
});

test.each<[string, Record<string, string>, boolean, ReturnType<typeof styleFor>]>([
  ['a terminal', {}, true, { style: 'block', colour: true }],
  ['a terminal without colour', { NO_COLOR: '1' }, true, { style: 'block', colour: false }],
  ['an empty NO_COLOR, which says nothing', { NO_COLOR: '' }, true, { style: 'block', colour: true }],
  ['a terminal that can rewrite nothing', { TERM: 'dumb' }, true, { style: 'lines', colour: false }],
  ['a pipe', {}, false, { style: 'lines', colour: false }],
])('the style for %s', (_name, env, isTty, expected) => {
  expect(styleFor(env, isTty)).toEqual(expected);
});

/** What a terminal shows after these writes: of all control sequences only "up n lines" and "clear below" are known. */
function screen(written: string): string[] {
  const lines: string[] = [''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what a terminal reacts to
  for (const [token, up] of written.matchAll(/\u001b\[(\d+)A|\u001b\[J|\n|[^\u001b\n]+/g)) {
    if (up !== undefined) lines.length = Math.max(0, lines.length - 1 - Number(up)) + 1;
    if (up !== undefined) lines[lines.length - 1] = '';
    else if (token === '\n') lines.push('');
    else if (!token.startsWith('\u001b')) lines[lines.length - 1] += token;
  }
  return lines;
}
