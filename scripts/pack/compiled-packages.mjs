// @ts-check
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../run/root.mjs';

/** Packages that are large, written as CommonJS, and loaded by every app. */
const NAMES = new RegExp(
  `^(${[
    ...[
      'mongodb',
      'mongodb-connection-string-url',
      'bullmq',
      'ioredis',
      'cluster-key-slot',
      'fastify',
      'winston',
    ],
    ...['convict', 'prom-client', 'rate-limiter-flexible', '@fastify', '@bull-board'],
  ].join('|')})(/|$)`,
);

/**
 * Third-party packages in one file, outside of the bundle that imports them, loaded with the code that V8 has
 * compiled. Compiling them is half of the CPU that an app takes to start.
 */
export function compiledPackages() {
  /** Maps an import specifier to the file it resolves to. @type {Map<string, string>} */
  const files = new Map();
  return {
    /** Makes the bundle load them from `node_modules/packages`. @type {import('esbuild').Plugin} */
    plugin: {
      name: 'compiled packages',
      setup: (bundling) => {
        bundling.onResolve({ filter: NAMES }, async ({ path, importer, resolveDir, pluginData }) => {
          if (pluginData === files || importer.includes('/node_modules/')) return undefined;
          const options = /** @type {const} */ ({ kind: 'require-call', resolveDir, pluginData: files });
          files.set(path, (await bundling.resolve(path, options)).path);
          return { path, namespace: 'compiled' };
        });
        bundling.onResolve({ filter: /^packages$/, namespace: 'compiled' }, ({ path }) => ({
          path,
          external: true,
        }));
        bundling.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
          contents: `module.exports = require('packages')[${JSON.stringify(path)}]`,
        }));
      },
    },
    /**
     * Writes the packages to the bundle's folder. Call it after bundling, when it is known which ones are
     * imported. The first app that runs there with COMPILE_PACKAGES saves the compiled code.
     *
     * @param {string} folder
     */
    write: async (folder) => {
      const place = join(folder, 'node_modules/packages');
      mkdirSync(place, { recursive: true });
      const all = [...files].map(
        ([name, file]) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(file)}); }`,
      );
      await build({
        stdin: { contents: `module.exports = { ${all.join(', ')} };`, resolveDir: root },
        outfile: join(place, 'packages.cjs'),
        bundle: true,
        platform: 'node',
        target: 'node20.19',
        // Cached code cannot use import(). The MongoDB driver uses it to detect its runtime, and
        // would send MongoDB no metadata.
        supported: { 'dynamic-import': false },
        // Leaves only ASCII, which is fast to read.
        minifyWhitespace: true,
        legalComments: 'none',
        logLevel: 'error',
      });
      cpSync(join(root, 'scripts/pack/load-packages.cjs'), join(place, 'index.js'));
    },
  };
}
