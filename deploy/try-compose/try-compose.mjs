// @ts-check
// Builds the image, and tests docker-compose.yml with it on a real engine: starts it, writes, kills, stops,
// verifies. If no engine runs, root on Debian gets a temporary one. If no image registry answers, the base
// images are replaced (base-images.mjs). Downloads are kept below ~/.cache/redis-to-mongo/try-compose.
//
//   npm run try-compose
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getBaseImages } from './base-images.mjs';
import { openEngine } from './engine.mjs';
import { trial } from './trial.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

/** @type {import('./trial.mjs').Step} */
async function step(what, work) {
  const start = performance.now();
  const result = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${seconds.padStart(6)} s  ${what}${result === '' ? '' : `: ${result}`}`);
}

/** The images of the Dockerfile and of the compose file, in order. */
function baseImages() {
  const [, node = ''] = /^FROM (\S+)/m.exec(read('Dockerfile')) ?? [];
  const servers = [...read('docker-compose.yml').matchAll(/^ +image: (\S+)$/gm)].map(([, name = '']) => name);
  return [node, ...servers.filter((name) => !name.startsWith('redis-to-mongo'))];
}

console.log(
  'Preparing a Docker Engine and the base images. This takes some minutes, the first time about ten.',
);
const start = performance.now();
const engine = await openEngine();
try {
  /** @type {string[]} */
  let standIns = [];
  await step('base images', async () => {
    standIns = await getBaseImages(engine, baseImages());
    return standIns.length === 0 ? 'as they are published' : `replaced: ${standIns.join(', ')}`;
  });
  await step('the image is built', async () => {
    const network = engine.isOwn ? ['--network', 'host'] : [];
    await engine.docker(['build', ...network, '--tag', 'redis-to-mongo:local', root]);
    const size = await engine.docker(['image', 'inspect', '--format', '{{.Size}}', 'redis-to-mongo:local']);
    return `${Math.round(Number(size) / 1e6)} MB`;
  });
  // The replacement of MongoDB has another name for its replica set.
  const mongoUri = standIns.some((name) => name.startsWith('mongo:'))
    ? 'mongodb://mongo:27017/?directConnection=true'
    : undefined;
  await trial(engine, { root, mongoUri, step });
  console.log(`docker-compose.yml works, in ${Math.round((performance.now() - start) / 1000)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await engine.close();
}
