import type { Plugin } from 'esbuild';

/** Leaves out zod's messages in some fifty other languages: they are more than half of it, and we speak English. */
export function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup(build) {
      build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer, resolveDir }) =>
        importer.includes('/node_modules/zod/')
          ? { path: 'locales', namespace: 'english-only', pluginData: resolveDir }
          : null,
      );
      build.onLoad({ filter: /.*/, namespace: 'english-only' }, ({ pluginData }) => ({
        contents: "export { default as en } from '../locales/en.js';",
        resolveDir: pluginData as string,
      }));
    },
  };
}
