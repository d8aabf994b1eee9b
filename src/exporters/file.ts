import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Delivery, Report } from '../slo/model/report.ts';
import { renderJson } from '../slo/render/json.ts';
import { renderJunit } from '../slo/render/junit.ts';
import { renderMarkdown } from '../slo/render/markdown.ts';
import { defineExporter } from './contract.ts';

const config = z.strictObject({
  dir: z.string().min(1).describe('each run gets a folder of its own in there, named by the run'),
});

const WRITING_MS = 15_000;

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
    return {
      async reported(report, signal) {
        const folder = join(resolve(dir), folderName(report.run));
        return [await delivered(folder, report, AbortSignal.any([signal, AbortSignal.timeout(WRITING_MS)]))];
      },
      async close() {},
    };
  },
});

async function delivered(folder: string, report: Report, signal: AbortSignal): Promise<Delivery> {
  const target = { exporter: 'file', target: folder };
  try {
    await untilAborted(write(folder, report, signal), signal);
    return { ...target, state: 'delivered' };
  } catch (error) {
    const reason = signal.aborted ? 'writing did not end in time' : (error as Error).message;
    return { ...target, state: 'failed', reason };
  }
}

async function write(folder: string, report: Report, signal: AbortSignal): Promise<void> {
  const texts = {
    'report.json': renderJson(report),
    'report.md': renderMarkdown(report),
    'junit.xml': renderJunit(report),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) {
    // A reader sees the whole file or none.
    await writeFile(join(folder, `.${name}.part`), text, { signal });
    await rename(join(folder, `.${name}.part`), join(folder, name));
  }
}

/** A network volume may hang where no signal reaches. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop));
}

/** The run's name as one harmless path segment. */
function folderName(run: string): string {
  return run.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_');
}
