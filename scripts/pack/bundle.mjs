// @ts-check
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../run/root.mjs';

/** Files that are run as programs. Each keeps its path, so that one app finds another as in the checkout. */
const entries = [
  'apps/cli/dist/main.js',
  'apps/up/dist/main.js',
  'apps/scheduler/dist/main.js',
  'apps/worker/dist/main.js',
  'apps/dashboard/dist/main.js',
  'apps/dashboard/dist/hash-password.js',
];

/**
 * Files for the browser, which no module imports: the package, the path in it, and the path from
 * which the dashboard serves it.
 */
const webFiles = [
  { name: '@bull-board/ui', path: 'dist', to: 'bull-board/dist' },
  { name: 'uplot', path: 'dist/uPlot.min.css', to: 'uplot/uPlot.min.css' },
  { name: 'uplot', path: 'dist/uPlot.iife.min.js', to: 'uplot/uPlot.iife.min.js' },
  { name: 'htmx.org', path: 'dist/htmx.min.js', to: 'htmx/htmx.min.js' },
];

/**
 * A chunk may contain CommonJS modules. They load Node's modules by `require`, and a few need their folder.
 */
const banner = [
  "import { createRequire as createRequireOf } from 'node:module';",
  'const require = createRequireOf(import.meta.url), { filename: __filename, dirname: __dirname } = import.meta;',
].join('\n');

/**
 * Bundles the built apps with all their imports into a folder. Code that several apps share is in chunks.
 * Names and lines stay as written.
 *
 * @param {string} folder
 * @param {{more?: readonly string[], plugins?: import('esbuild').Plugin[]}} [options] more: other
 * files of the checkout to bundle
 * @returns {Promise<string[]>} the folders of the bundled third-party packages
 */
export async function bundle(folder, { more = [], plugins = [] } = {}) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries, ...more],
    outbase: '.',
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: banner },
    plugins,
    legalComments: 'inline',
    logLevel: 'error',
    metafile: true,
  });
  const dashboard = join(folder, 'apps/dashboard');
  cpSync(join(root, 'apps/dashboard/assets'), join(dashboard, 'assets'), { recursive: true });
  for (const { name, path, to } of webFiles)
    cpSync(join(installed(name), path), join(dashboard, 'web', to), {
      recursive: true,
      filter: (file) => !file.endsWith('.map'),
    });
  return [
    ...new Set([
      ...Object.keys(metafile.inputs).flatMap(packageOf),
      ...webFiles.map(({ name }) => installed(name)),
    ]),
  ];
}

/** @param {string} name of a package that the dashboard depends on, itself or by another */
function installed(name) {
  return join(root, 'node_modules/.pnpm/node_modules', name);
}

/**
 * The folder of a module's package; empty for the project's own modules.
 *
 * @param {string} path from the checkout
 */
function packageOf(path) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return folder === undefined ? [] : [join(root, dirname(`${folder}/-`))];
}
