import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface MergeRequest {
  /** What the paths of the metafile are relative to. */
  root: string;
  metafile: Metafile;
  /** Source files, each the beginning of a chunk. */
  together: readonly string[];
}

/**
 * Joins the chunks that some source files need into one. The bundler cuts along every border between commands, and each file costs a
 * start the time of finding, reading and linking it. Under their old names the chunks stay as doors to the new one.
 */
export async function mergeChunks({ root, metafile, together }: MergeRequest): Promise<void> {
  const chunks = chunksNeeded(metafile, together);
  const first = chunks[0];
  if (first === undefined) return;
  const folder = join(root, dirname(first));
  const doors = chunks.map((chunk, index) => doorTo(chunk, index, metafile));
  const { outputFiles } = await build({
    stdin: { contents: doors.map(({ inside }) => inside).join('\n'), resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    write: false,
    plugins: [leaveOut((path) => !chunks.some((chunk) => basename(chunk) === basename(path)))],
    logLevel: 'warning',
  });
  await writeFile(join(folder, MERGED), outputFiles[0]!.contents);
  await Promise.all(doors.map(({ chunk, outside }) => writeFile(join(root, chunk), outside)));
}

const MERGED = 'merged.js';

/** Those that the program itself begins with stay: it does something before it loads any other. */
function chunksNeeded({ outputs }: Metafile, together: readonly string[]): string[] {
  const beginnings = (wanted: (entry: string) => boolean) =>
    Object.keys(outputs).filter((path) => wanted(outputs[path]?.entryPoint ?? ''));
  const needed = closure(
    outputs,
    beginnings((entry) => together.includes(entry)),
  );
  const program = closure(
    outputs,
    beginnings((entry) => entry === 'src/main.ts'),
  );
  return [...needed].filter((chunk) => !program.has(chunk));
}

function closure(outputs: Metafile['outputs'], paths: readonly string[], found = new Set<string>()): Set<string> {
  for (const path of paths) {
    if (found.has(path)) continue;
    found.add(path);
    const imports =
      outputs[path]?.imports.filter(({ kind, external }) => kind === 'import-statement' && !external) ?? [];
    closure(
      outputs,
      imports.map((each) => each.path),
      found,
    );
  }
  return found;
}

/** Exported names are short and the same in many chunks, so that inside of the merged one each bears a number. */
function doorTo(
  chunk: string,
  index: number,
  { outputs }: Metafile,
): { chunk: string; inside: string; outside: string } {
  const names = outputs[chunk]?.exports ?? [];
  const numbered = (name: string) => `_${index}_${name}`;
  return {
    chunk,
    inside: `export { ${names.map((name) => `${name} as ${numbered(name)}`)} } from './${basename(chunk)}';`,
    outside: `export{${names.map((name) => `${numbered(name)} as ${name}`)}}from"./${MERGED}";\n`,
  };
}

function leaveOut(isForeign: (path: string) => boolean): Plugin {
  return {
    name: 'leave-out',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ kind, path }) =>
        kind === 'dynamic-import' || isForeign(path) ? { path, external: true } : undefined,
      );
    },
  };
}
