import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@redis-to-mongo/config';
import { isObject } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import { optionNames } from '../../packages/config/src/options/options.js';
import { root } from '../run/root.mjs';

/** The text of all sources below a folder. */
function sourcesIn(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'))
    .join('\n');
}

/** The paths of all values in the configuration, such as `sync.trim.mode`. */
function pathsIn(value: unknown, path: string): string[] {
  if (!isObject(value) || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, each]) => pathsIn(each, `${path}.${name}`));
}

it('every option that is declared is built into the configuration', () => {
  const built = sourcesIn('packages/config/src/build');
  // The options of the queue's Redis are built like the source's; those of TLS are the same for each server.
  const isBuilt = (name: string) => built.includes(name.replace(/^QUEUE_/, '')) || /_TLS(_|$)/.test(name);
  expect(optionNames().filter((name) => !isBuilt(name))).toEqual([]);
});

it('everything in the configuration is read by the apps or packages', () => {
  const { options: _, warnings: __, ...config } = loadConfig({ env: {}, cwd: join(root, 'scripts') });
  const rooms = ['apps', 'packages'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((room) => `${kind}/${room}/src`),
  );
  const readers = rooms
    .filter((room) => room !== 'packages/config/src')
    .map(sourcesIn)
    .join('\n');
  const paths = pathsIn(config, 'config');
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !new RegExp(`\\b${path.split('.').at(-1)}\\b`).test(readers))).toEqual([]);
});
