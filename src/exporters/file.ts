import * as z from 'zod';
import { defineExporter } from './contract.ts';

const config = z.lazy(() =>
  z.strictObject({
    dir: z.string().min(1).describe('each run gets a folder of its own in there, named by the run'),
  }),
);

/** Copies of the report where the run's own folder is not kept, such as a volume that a web server shows. */
export const fileExporter = defineExporter<z.output<typeof config>>({
  type: 'file',
  summary: 'Writes report.json, report.md and junit.xml into a folder, beside those of the run itself.',
  config,
  example: `type: file
config:
  dir: /var/lib/steadfast/reports
`,
  async open({ dir }) {
    const { deliverCopies } = await import('./lib/report-copies.ts');
    return { reported: async (report, signal) => [await deliverCopies(dir, report, signal)], async close() {} };
  },
});
