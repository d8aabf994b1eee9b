import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { OnPath } from '../part.ts';
import { runCommand } from './command.ts';
import { isWithin } from './version.ts';

export type PathLookup = { found: true; path: string; version: string } | { found: false; tried: string };

/** Looks for a program at a good version on PATH. */
export async function lookOnPath(wanted: OnPath, searchPath = process.env['PATH'] ?? ''): Promise<PathLookup> {
  const tried: string[] = [];
  for (const program of wanted.programs) {
    const path = await firstExecutable(program, searchPath);
    if (path === undefined) tried.push(`no ${program} on PATH`);
    else {
      const version = await versionOf(path, wanted);
      if (version !== undefined && isWithin(version, wanted)) return { found: true, path, version };
      tried.push(`${path} is ${version ?? 'of unknown version'}, not from ${wanted.atLeast} to below ${wanted.below}`);
    }
  }
  return { found: false, tried: tried.join(', ') };
}

async function firstExecutable(program: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter).filter((entry) => entry !== '')) {
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

export async function versionOf(path: string, wanted: OnPath): Promise<string | undefined> {
  try {
    const output = await runCommand(path, wanted.versionArguments);
    return wanted.versionPattern.exec(output)?.[1];
  } catch {
    return undefined;
  }
}
