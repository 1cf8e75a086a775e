// @ts-check
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../run/root.mjs';

/** Large, written as CommonJS, and loaded by every app. */
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
 * Other people's packages, apart from a bundle that imports them: in one file, which is loaded with the code that V8 has made of
 * it. Compiling them is half of the CPU that an app takes to start.
 */
export function compiledPackages() {
  /** What is imported, and the file that it is. @type {Map<string, string>} */
  const files = new Map();
  return {
    /** Has the bundle take them from `node_modules/packages`. @type {import('esbuild').Plugin} */
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
     * Writes them to the bundle's folder, once it is known which it imports. The first app that runs there with COMPILE_PACKAGES
     * leaves the compiled code.
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
        // Compiled code can't import: the driver, which asks so for the system it runs on, would tell MongoDB nothing of itself.
        supported: { 'dynamic-import': false },
        // Nothing but ASCII is left, which is quick to read.
        minifyWhitespace: true,
        legalComments: 'none',
        logLevel: 'error',
      });
      cpSync(join(root, 'scripts/pack/load-packages.cjs'), join(place, 'index.js'));
    },
  };
}
