import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/slo/model/report.ts';
import { renderJunit } from '../../../src/slo/render/junit.ts';
import { escapeXml } from '../../../src/slo/render/xml.ts';
import { elementsNamed, readXml } from './read-xml.ts';
import { SAMPLE_REPORTS } from './sample-reports.ts';

const OUTCOMES: Record<keyof typeof SAMPLE_REPORTS, Record<'tests' | 'failures' | 'errors' | 'skipped', number>> = {
  pass: { tests: 3, failures: 0, errors: 0, skipped: 1 },
  fail: { tests: 3, failures: 1, errors: 0, skipped: 1 },
  inconclusive: { tests: 3, failures: 0, errors: 0, skipped: 2 },
  aborted: { tests: 3, failures: 0, errors: 2, skipped: 0 },
  'left-behind': { tests: 4, failures: 0, errors: 3, skipped: 0 },
  nothing: { tests: 1, failures: 0, errors: 1, skipped: 0 },
  hostile: { tests: 4, failures: 1, errors: 2, skipped: 1 },
};

describe.each(Object.entries(SAMPLE_REPORTS))('the JUnit file of a report that is %s', (name, report) => {
  const root = readXml(renderJunit(report));

  test('counts what is in it', () => {
    const { tests, failures, errors, skipped } = root.attributes;
    const counted = { tests, failures, errors, skipped };

    expect(counted).toEqual(
      Object.fromEntries(Object.entries(OUTCOMES[name as keyof typeof OUTCOMES]).map(([k, v]) => [k, String(v)])),
    );
    for (const element of [root, ...elementsNamed(root, 'testsuite')]) {
      expect(elementsNamed(element, 'testcase')).toHaveLength(Number(element.attributes['tests']));
      expect(elementsNamed(element, 'failure')).toHaveLength(Number(element.attributes['failures']));
      expect(elementsNamed(element, 'error')).toHaveLength(Number(element.attributes['errors']));
      expect(elementsNamed(element, 'skipped')).toHaveLength(Number(element.attributes['skipped']));
    }
  });

  test('has a case for every objective of every experiment', () => {
    const cases = elementsNamed(root, 'testcase').map(({ attributes }) => attributes['name']);

    for (const { objective } of report.objectives)
      expect(cases).toContain(readXml(`<a b="${escapeXml(objective)}"/>`).attributes['b']);
  });
});

test('a run that did not pass without any objective to blame still shows up as a case', () => {
  const { cut: _, ...report } = SAMPLE_REPORTS.nothing;

  const [only, ...others] = elementsNamed(readXml(renderJunit(report)), 'testcase');

  expect(others).toEqual([]);
  expect(only?.children.map(({ name }) => name)).toContain('skipped');
});

test('any text at all gives well-formed XML', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
      (first, second) => {
        const [objective] = SAMPLE_REPORTS.fail.objectives;
        const report: Report = {
          ...SAMPLE_REPORTS.fail,
          plan: first,
          aborted: second,
          objectives: [{ ...objective!, objective: second, experiment: first, text: first, notes: [second, first] }],
        };
        readXml(renderJunit(report));
      },
    ),
  );
});

test('text without forbidden characters arrives unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/[\p{Cc}]/u.test(text.replace(/[\t\n\r]/g, '')));
      expect(readXml(`<a b="${escapeXml(text)}"/>`).attributes['b']).toBe(text);
    }),
  );
});
