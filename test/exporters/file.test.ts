import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileExporter } from '../../src/exporters/file.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { renderJson } from '../../src/slo/render/json.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { never, someContext } from './some-plan.ts';

async function write(report: Report): Promise<string> {
  const dir = temporaryFolder();
  const exporter = await fileExporter.open({ dir }, someContext);
  const [delivery] = await exporter.reported(report, never);
  await exporter.close();
  expect(delivery).toMatchObject({ exporter: 'file', state: 'delivered' });
  return dir;
}

describe('the file exporter', () => {
  test('leaves the three files of a run and nothing half-written', async () => {
    const dir = await write(SAMPLE_REPORTS.pass);

    const folder = join(dir, SAMPLE_REPORTS.pass.run);
    expect(readdirSync(folder).sort()).toEqual(['junit.xml', 'report.json', 'report.md']);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe(renderJson(SAMPLE_REPORTS.pass));
  });

  test.each(['../../escape', '..', '.', '/etc/x', 'a/b', 'a\0b'])(
    'stays in its folder for a run named %j',
    async (run) => {
      const dir = await write({ ...SAMPLE_REPORTS.pass, run });

      const [folder, ...others] = readdirSync(dir);
      expect(others).toEqual([]);
      expect(readdirSync(join(dir, folder!))).toHaveLength(3);
    },
  );
});
