import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Delivery, Report } from '../../slo/model/report.ts';
import { renderJson } from '../../slo/render/json.ts';
import { renderJunit } from '../../slo/render/junit.ts';
import { renderMarkdown } from '../../slo/render/markdown.ts';

const WRITING_MS = 15_000;

/** Writes the report in all its forms into a folder of the run's own below `dir`. */
export function deliverCopies(dir: string, report: Report, signal: AbortSignal): Promise<Delivery> {
  const folder = join(resolve(dir), folderName(report.run));
  return delivered(folder, report, AbortSignal.any([signal, AbortSignal.timeout(WRITING_MS)]));
}

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
