import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../slo/model/report.ts';
import { renderJson } from '../../slo/render/json.ts';
import { renderJunit } from '../../slo/render/junit.ts';
import { renderMarkdown } from '../../slo/render/markdown.ts';
import { type Journal, openJournal } from '../../timeline/journal.ts';

/** The names of what a run leaves behind. */
export const RUN_FILES = {
  plan: 'plan.yaml',
  timeline: 'timeline.ndjson',
  json: 'report.json',
  markdown: 'report.md',
  junit: 'junit.xml',
} as const;

/** A folder that cannot take a run: for the user to mend, and nothing was touched. The message says how. */
export class FolderProblem extends Error {
  override name = 'FolderProblem';
}

/** Says early what would stand in the way of a run there; rejects with a `FolderProblem`. */
export async function checkRunFolder(folder: string): Promise<void> {
  const holdsRun = await access(join(folder, RUN_FILES.timeline)).then(
    () => true,
    () => false,
  );
  if (holdsRun) throw taken(folder);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** Takes the folder for one run. Its timeline comes first, since only one can begin it: what another run left is never touched. */
export async function beginRunFolder(folder: string, planText: string): Promise<Journal> {
  try {
    const journal = await openJournal(folder);
    await replaceFile(join(folder, RUN_FILES.plan), planText);
    return journal;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(folder) : unusable(folder, error);
  }
}

function taken(folder: string): FolderProblem {
  return new FolderProblem(`${folder} holds a run already, which stays as it is: name another folder with --out`);
}

function unusable(folder: string, error: unknown): FolderProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  return new FolderProblem(`${folder} cannot take the files of a run (${code ?? message}): name another with --out`);
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
