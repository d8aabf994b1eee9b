import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../slo/model/report.ts';
import { renderJson } from '../../slo/render/json.ts';
import { renderJunit } from '../../slo/render/junit.ts';
import { renderMarkdown } from '../../slo/render/markdown.ts';

/** The names of what a run leaves behind. */
export const RUN_FILES = {
  plan: 'plan.yaml',
  timeline: 'timeline.ndjson',
  json: 'report.json',
  markdown: 'report.md',
  junit: 'junit.xml',
} as const;

export async function createRunFolder(folder: string, planText: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, RUN_FILES.plan), planText);
}

/** Writes every form of the report; each file appears whole or not at all. */
export async function writeReports(folder: string, report: Report): Promise<void> {
  await replaceFile(join(folder, RUN_FILES.json), renderJson(report));
  await replaceFile(join(folder, RUN_FILES.markdown), renderMarkdown(report));
  await replaceFile(join(folder, RUN_FILES.junit), renderJunit(report));
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
