import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { teachVisitorUsing } from './visit-using.ts';

teachVisitorUsing();

export interface LayerViolation {
  rule: string;
  from: string;
  to: string;
  /** What to do instead. */
  advice: string;
}

export interface LayerCheck {
  /** TypeScript files that the tool read. */
  modules: number;
  /** Imports between files of the tree. */
  imports: number;
  violations: LayerViolation[];
  /** Files and imports that are there and that the tool did not see. With any of these the check proves nothing. */
  overlooked: string[];
}

export const LAYER_CONFIG = new URL('../.dependency-cruiser.mjs', import.meta.url).pathname;
const FOLDERS = ['src', 'lab', 'test', 'tools', 'bench'];
const RELATIVE_IMPORT =
  /^(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/gm;

/** Holds the tree below `root` against the layer rules, and the tool against the tree. */
export async function checkLayers(root: string): Promise<LayerCheck> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const options: ICruiseOptions = { ...(await extractOptions(LAYER_CONFIG)), baseDir: root };
  const result = (await cruise(folders, options)).output as ICruiseResult;
  const onDisk = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  );
  return {
    modules: result.modules.filter(({ source }) => onDisk.includes(source)).length,
    imports: result.modules
      .flatMap(({ dependencies }) => dependencies)
      .filter(({ resolved }) => onDisk.includes(resolved)).length,
    violations: result.summary.violations.map((violation) => ({
      rule: violation.rule.name,
      from: violation.from,
      to: violation.to,
      advice: options.ruleSet?.forbidden?.find(({ name }) => name === violation.rule.name)?.comment ?? '',
    })),
    overlooked: [...overlookedFiles(result, onDisk), ...overlookedImports(result, root, onDisk)],
  };
}

function overlookedFiles(result: ICruiseResult, onDisk: string[]): string[] {
  const seen = new Set(result.modules.map(({ source }) => source));
  return onDisk.filter((file) => !seen.has(file));
}

/** Only under src: tests hold source text in strings, which a plain search cannot tell from code. */
function overlookedImports(result: ICruiseResult, root: string, onDisk: string[]): string[] {
  const seen = new Map(
    result.modules.map(({ source, dependencies }) => [source, new Set(dependencies.map(({ module }) => module))]),
  );
  return onDisk
    .filter((file) => file.startsWith('src/'))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(RELATIVE_IMPORT)]
        .map((match) => (match[1] ?? match[2])!)
        .filter((specifier) => seen.get(file)?.has(specifier) !== true)
        .map((specifier) => `${file} -> ${specifier}`),
    );
}
