import { readFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { englishOnly } from './english-only.ts';
import { lazyPackages } from './lazy-packages.ts';
import { mergeChunks } from './merge-chunks.ts';
import { sideEffectFree } from './side-effect-free.ts';

export interface BundleRequest {
  /** The folder with package.json and src/main.ts. */
  root: string;
  outDir: string;
}

// Made on first use: most chunks hold no CommonJS, and a command is to start fast. The name is long because a short one collides
// with the names that minifying makes.
const REQUIRE_FOR_COMMONJS = [
  'let requireForBundledCommonJs;',
  'const require = (id) => (requireForBundledCommonJs ??=',
  "process.getBuiltinModule('node:module').createRequire(import.meta.url))(id);",
].join(' ');

const READING_PLANS = ['src/cli/check.ts', 'src/registries.ts'];

/**
 * Bundles `src/main.ts` into `steadfast.js` and one chunk for each package that is imported dynamically, so that a command
 * loads only what it uses; what every command needs that reads a plan is one chunk. The code sees the version as the global constant `STEADFAST_VERSION`.
 */
export async function bundle({ root, outDir }: BundleRequest): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { steadfast: 'src/main.ts' },
    outdir: outDir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: false,
    legalComments: 'linked',
    banner: { js: REQUIRE_FOR_COMMONJS },
    // The Kubernetes client would bring a class for each type of the API, a megabyte of them.
    plugins: [lazyPackages(), englishOnly(), sideEffectFree(['@kubernetes/client-node'])],
    alias: {
      // The other entry reads a file beside itself, which would not be there.
      '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled',
      // The same code as ES modules: what is not used stays out, and nothing is read through `require`.
      yaml: join(root, 'node_modules/yaml/browser/index.js'),
    },
    define: { STEADFAST_VERSION: JSON.stringify(versionOf(root)) },
    metafile: true,
    logLevel: 'warning',
  });
  await mergeChunks({ root, metafile, together: READING_PLANS });
  await chmod(join(outDir, 'steadfast.js'), 0o755);
}

function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}
