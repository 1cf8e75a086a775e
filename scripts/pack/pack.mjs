// @ts-check
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../run/root.mjs';
import { runQuietly, SetupError } from '../run/run-quietly.mjs';
import { bundle } from './bundle.mjs';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

/** Files that are packed besides the programs. */
export const packedFiles = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'config.example.json',
  'config.schema.json',
  'apps/cli/bin',
];

/**
 * `npm run pack -- [--out FOLDER]`: packs the built apps into redis-to-mongo-VERSION.tgz, in the checkout or
 * in the folder. The package has no dependencies, so it installs without a registry.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function pack(args) {
  const out = folderOf(args);
  const folder = mkdtempSync(join(tmpdir(), 'redis-to-mongo-pack-'));
  try {
    const packages = await bundle(folder);
    for (const file of packedFiles) cpSync(join(root, file), join(folder, file), { recursive: true });
    writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicenses(packages));
    const manifest = manifestOf(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    mkdirSync(out, { recursive: true });
    const { ok, output } = await runQuietly('npm', ['pack', '--silent', folder, '--pack-destination', out]);
    if (!ok) throw new SetupError(`npm pack failed:\n${output}`);
    const path = join(out, `${manifest.name}-${manifest.version}.tgz`);
    console.log(`${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB, ${packages.length} packages inside`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} args */
function folderOf(args) {
  try {
    const { values } = parseArgs({ args, options: { out: { type: 'string' } } });
    return resolve(values.out ?? root);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}; usage: pack [--out FOLDER]`, 2);
  }
}

/**
 * The package.json of the package. It has no dependencies: all of them are bundled.
 *
 * @param {{name: string, version: string, description: string, license: string, engines: {node: string}}} own
 */
function manifestOf({ name, version, description, license, engines }) {
  const bin = { 'redis-to-mongo': './apps/cli/bin/redis-to-mongo.mjs' };
  return { name, version, description, license, type: 'module', engines, bin };
}
