import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXIT, PRECEDENCE } from '../../src/cli/exit-codes.ts';
import { measureTimeToRecover } from '../../src/slo/indicators/time-to-recover.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import { parseDuration } from '../../src/slo/model/quantity.ts';
import { Recording } from '../../src/slo/recording.ts';
import { viewSlots } from '../../src/slo/slot-view.ts';
import { slotStagger } from '../../src/slo/slots.ts';
import { judgeMeasured, rangeText } from '../../src/slo/verdict.ts';
import { plan, probe } from '../slo/build.ts';
import { readPage, sectionOf, tableRows } from './pages.ts';

const page = readPage('judging.md');
const REASONS = new URL('../../src/slo/model/report.ts', import.meta.url);

test('the page explains every reason that a verdict may have, and no other', () => {
  const source = readFileSync(REASONS, 'utf8');
  const codes = [...source.matchAll(/export type ReasonCode =(.*?);/gs)].flatMap(([, words]) =>
    words!.match(/[a-z-]+/g),
  );
  const rows = tableRows(sectionOf(page, '## Reasons'));

  expect(codes.length).toBeGreaterThan(10);
  expect(rows.map(([code]) => code!.replaceAll('`', ''))).toEqual(codes);
  expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual([]);
});

test('the page has every exit code by its name, and says which wins', () => {
  const section = sectionOf(page, '## Exit codes');
  const shown = tableRows(section).map(([code, name]) => [name!.replaceAll('`', ''), Number(code)]);

  expect(Object.fromEntries(shown)).toEqual(EXIT);
  expect(section).toContain(`the first of these wins: ${PRECEDENCE.join(', ')}.`);
});

const section = sectionOf(page, '## Time to recover');
const web = probe('web');
const slots = tableRows(section).map(([due, answer, ended]) => ({ due: ms(due!), answer: answer!, ended: ms(ended!) }));

/** The worked example of the page, as a recording. */
function measureExample() {
  const from = slots[0]!.due;
  const slotZero = from - slotStagger(plan().seed, web);
  const recording = Recording.of([
    { type: 'vantage', vantage: 'runner', instance: 'test', boot: '1', slotZero, clock: [0, 0] },
    ...slots.flatMap(entryOf),
  ]);
  const to = slots.at(-1)!.due + 1;
  const view = viewSlots(plan(), recording, web, { from, to, countsTo: to, open: false });
  const gone = /somewhere between (\d+) s and ([\d.]+) s/.exec(section)!;
  const origin = { earliest: Number(gone[1]) * 1000, latest: Number(gone[2]) * 1000 };
  const measured = measureTimeToRecover(view, origin, { successThreshold: 3, failureThreshold: 1 }, 0);
  if (!measured.decidable) throw new Error(measured.text);
  return measured;
}

function entryOf({ due, answer, ended }: (typeof slots)[number], slot: number): Entry[] {
  if (answer !== 'good' && answer !== 'bad') return [];
  return [
    { type: 'sample', probe: web.name, vantage: 'runner', slot, due, started: due, ended, outcome: answer, values: {} },
  ];
}

function ms(text: string): number {
  const parsed = parseDuration(text.replace(' ', ''));
  return parsed.ok ? parsed.quantity.value : Number.NaN;
}

test('the example of a time to recover comes to the interval that the page names', () => {
  const named = /low is (\S+)\.\n.*high is (\S+)\.$/m.exec(section)!;

  expect(rangeText(measureExample())).toBe(`${named[1]}..${named[2]}`);
});

test.each([
  ['5s', 'pass', 'met'],
  ['200ms', 'fail', 'missed'],
  ['1s', 'inconclusive', 'missing-samples'],
])('with `atMost: %s` the example is as the page says: %s', (limit, verdict, reason) => {
  const target = { op: 'atMost' as const, low: ms(limit), high: ms(limit), unit: 'ms' as const, text: limit };
  const indicator = { kind: 'timeToRecover' as const, probe: 'web', successThreshold: 3, failureThreshold: 1 };

  expect(section).toContain(`\`atMost: ${limit}\``);
  expect(judgeMeasured(measureExample(), indicator, target)).toMatchObject({ verdict, reason });
});
