import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';

/** Larger files are refused unread: a plan is written by people. */
export const MAX_PLAN_BYTES = 256 * 1024;
const MAX_FILES_IN_DIRECTORY = 1000;
const MAX_DIRECTORY_DEPTH = 5;

export interface PlanFile {
  file: string;
  text: string;
  /** Found in a directory rather than named: documents of other programs may lie beside plans. */
  fromDirectory: boolean;
}

export interface ReadFiles {
  files: PlanFile[];
  diagnostics: Diagnostic[];
}

/** Reads the files named, and of each directory named its *.yaml and *.yml, in order, and those of the directories in it. */
export async function readPlanFiles(paths: readonly string[]): Promise<ReadFiles> {
  const read: ReadFiles = { files: [], diagnostics: [] };
  for (const path of paths) await readPath(path, read);
  return read;
}

async function readPath(path: string, into: ReadFiles): Promise<void> {
  const found = await attempt(() => stat(path));
  if (typeof found === 'string') into.diagnostics.push(fileProblem(path, `cannot be read: ${found}`));
  else if (found.isDirectory()) await readDirectory(path, into);
  else await readOne(path, found, false, into);
}

async function readDirectory(directory: string, into: ReadFiles): Promise<void> {
  const found: string[] = [];
  const problem = await listPlans(directory, 0, found);
  if (problem !== undefined) into.diagnostics.push(fileProblem(directory, `cannot be read: ${problem}`));
  else if (found.length === 0)
    into.diagnostics.push(fileProblem(directory, 'no *.yaml or *.yml file in this directory'));
  if (found.length > MAX_FILES_IN_DIRECTORY)
    into.diagnostics.push(fileProblem(directory, `more than ${MAX_FILES_IN_DIRECTORY} files: name them one by one`));
  for (const file of found.slice(0, MAX_FILES_IN_DIRECTORY)) {
    const stats = await attempt(() => stat(file));
    if (typeof stats === 'string') into.diagnostics.push(fileProblem(file, `cannot be read: ${stats}`));
    else if (stats.isFile()) await readOne(file, stats, true, into);
  }
}

/** Adds the files of a directory, then those of the directories in it. A link to a directory may lead in a circle, and is not followed. */
async function listPlans(directory: string, depth: number, into: string[]): Promise<string | undefined> {
  const entries = await attempt(() => readdir(directory, { withFileTypes: true }));
  if (typeof entries === 'string') return entries;
  const visible = entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules');
  // As people count: a2 before a10.
  const { compare } = new Intl.Collator('en', { numeric: true });
  const byName = visible.sort((a, b) => compare(a.name, b.name));
  for (const entry of byName)
    if (!entry.isDirectory() && /\.ya?ml$/.test(entry.name)) into.push(join(directory, entry.name));
  for (const entry of byName)
    if (entry.isDirectory() && depth < MAX_DIRECTORY_DEPTH && into.length <= MAX_FILES_IN_DIRECTORY)
      await listPlans(join(directory, entry.name), depth + 1, into);
  return undefined;
}

async function readOne(file: string, found: Stats, fromDirectory: boolean, into: ReadFiles): Promise<void> {
  if (!found.isFile()) into.diagnostics.push(fileProblem(file, 'is not a regular file'));
  else if (found.size > MAX_PLAN_BYTES) into.diagnostics.push(tooLarge(file, found.size));
  else {
    const bytes = await attempt(() => readFile(file));
    const text = typeof bytes === 'string' ? undefined : decode(bytes);
    if (text !== undefined) into.files.push({ file, text, fromDirectory });
    else if (typeof bytes === 'string') into.diagnostics.push(fileProblem(file, `cannot be read: ${bytes}`));
    else into.diagnostics.push(fileProblem(file, 'is not UTF-8 text'));
  }
}

/** What a file beyond the limit is told. */
export function tooLarge(file: string, bytes: number, what = 'plan'): Diagnostic {
  const problem = fileProblem(file, `the file is too large for a ${what}`);
  return { ...problem, found: `${bytes} bytes`, allowed: `at most ${MAX_PLAN_BYTES} bytes` };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function fileProblem(file: string, message: string): Diagnostic {
  return { severity: 'error', file, line: 1, column: 1, path: '', message };
}

async function attempt<T extends object>(action: () => Promise<T>): Promise<T | string> {
  try {
    return await action();
  } catch (error) {
    return systemReason(error);
  }
}

const SYSTEM_REASONS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a file could not be read, in words. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown trouble';
  return SYSTEM_REASONS[code] ?? code;
}
