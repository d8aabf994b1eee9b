import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderJson } from '../../../src/slo/render/json.ts';
import { renderJunit } from '../../../src/slo/render/junit.ts';
import { renderMarkdown } from '../../../src/slo/render/markdown.ts';
import { renderTable } from '../../../src/slo/render/table.ts';
import { columns } from '../../../src/slo/render/width.ts';
import { SAMPLE_REPORTS } from './sample-reports.ts';

describe.each(Object.entries(SAMPLE_REPORTS))('a report that is %s', (name, report) => {
  test('looks as expected in every format', async () => {
    await expect(renderTable(report)).toMatchFileSnapshot(`expected/${name}.txt`);
    await expect(renderMarkdown(report)).toMatchFileSnapshot(`expected/${name}.md`);
    await expect(renderJunit(report)).toMatchFileSnapshot(`expected/${name}.xml`);
    await expect(renderJson(report)).toMatchFileSnapshot(`expected/${name}.json.txt`);
  });

  test('shows no control characters but line breaks', () => {
    for (const text of [renderTable(report), renderMarkdown(report)])
      expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202e\ud800]/u);
  });

  test('is rendered to the same bytes from a copy whose keys come in another order', () => {
    const shuffled = reverseKeys(report);

    expect(renderJson(shuffled)).toBe(renderJson(report));
    expect(renderMarkdown(shuffled)).toBe(renderMarkdown(report));
    expect(renderJunit(shuffled)).toBe(renderJunit(report));
  });

  test('survives its own JSON', () => {
    expect(renderJson(JSON.parse(renderJson(report)))).toBe(renderJson(report));
  });
});

describe('the terminal table', () => {
  test.each([60, 80, 100, 140, 200])('has no line wider than a terminal of %i columns', (width) => {
    const { inconclusive, fail, pass } = SAMPLE_REPORTS;
    for (const report of [pass, fail, inconclusive]) {
      const [, ...lines] = renderTable(report, { width, colour: false }).split('\n');
      const rows = lines.filter((line) => !line.startsWith('not delivered'));
      expect(Math.max(...rows.map(columns)), rows.join('\n')).toBeLessThanOrEqual(Math.max(width, 76));
    }
  });

  test('takes colour out without moving a column', () => {
    const plain = renderTable(SAMPLE_REPORTS.fail, { width: 140, colour: false });
    const coloured = renderTable(SAMPLE_REPORTS.fail, { width: 140, colour: true });

    expect(coloured).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured).replace(/ +$/gm, '')).toBe(plain);
  });

  test('takes a terminal that says it has no columns for one of the usual width', () => {
    expect(renderTable(SAMPLE_REPORTS.fail, { width: 0 })).toBe(renderTable(SAMPLE_REPORTS.fail));
  });

  test('says the verdict once, even if the summary begins with it', () => {
    const [title] = renderTable({ ...SAMPLE_REPORTS.fail, summary: 'fail: recovers of partition' }).split('\n');

    expect(title).toBe('FAIL  kv-event-sync: recovers of partition');
  });

  test('adds nothing but ASCII', () => {
    expect(renderTable(SAMPLE_REPORTS.inconclusive)).toMatch(/^[\n -~]*$/);
  });

  test('never rounds a miss until it looks like a hit', () => {
    expect(renderTable(SAMPLE_REPORTS.fail)).toMatch(/30001ms +<= 30s/);
  });
});

function reverseKeys<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(reverseKeys) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reverseKeys(inner)])) as Value;
}
