import type { Plugin } from 'esbuild';

const SKIP = 'side-effect-free';

/** Packages whose files only define things, though their package.json does not say so: what is not used stays out of the bundle. */
export function sideEffectFree(packages: readonly string[]): Plugin {
  return {
    name: SKIP,
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === SKIP || !packages.some((name) => importer.includes(`/node_modules/${name}/`)))
          return undefined;
        const resolved = await build.resolve(path, { importer, resolveDir, kind, pluginData: SKIP });
        return resolved.errors.length > 0 ? undefined : { path: resolved.path, sideEffects: false };
      });
    },
  };
}
