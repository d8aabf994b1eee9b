import type { Plugin } from 'esbuild';

const PACKAGE_NAME = /^[^./]/;
const NAMESPACE = 'lazy-package';

/**
 * Keeps `await import('package')` in the bundle what it is in Node. Cut into a chunk of its own, a CommonJS package would
 * have nothing but a default export; so each chunk states the names that Node itself finds in that package.
 */
export function lazyPackages(): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      build.onResolve({ filter: PACKAGE_NAME }, ({ kind, path, importer, resolveDir }) => {
        const fromOurCode =
          kind === 'dynamic-import' && !path.startsWith('node:') && !importer.includes('/node_modules/');
        // The suffix makes the bundler read a CommonJS package's default export as Node does.
        return fromOurCode
          ? { path: `${path}.mjs`, namespace: NAMESPACE, pluginData: { path, resolveDir } }
          : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ pluginData }) => ({
        contents: await reExport(pluginData.path),
        resolveDir: pluginData.resolveDir,
      }));
    },
  };
}

async function reExport(packageName: string): Promise<string> {
  const exported = Object.keys(await import(packageName));
  const names = exported.filter((name) => /^[\w$]+$/.test(name) && name !== 'default');
  return exported.includes('default')
    ? `import whole from '${packageName}'; export default whole; export { ${names} } from '${packageName}';`
    : `export { ${names} } from '${packageName}';`;
}
