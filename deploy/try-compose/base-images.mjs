// @ts-check
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapDebian } from './debian.mjs';
import { run } from './run.mjs';

const DEBIAN = 'redis-to-mongo-debian';
const CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** The Dockerfile lines after FROM that replace each image, by the image's name before the colon. */
const STAND_INS = new Map([
  [
    'node',
    // As in the official image: node and npm below /usr/local, and a user "node" with the id 1000.
    `COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
  && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
  && useradd --uid 1000 --user-group --create-home node
ENV NODE_EXTRA_CA_CERTS=${CA_FILE}`,
  ],
  [
    'redis',
    // As in the official image: connections from other containers need no password.
    `RUN mkdir -p /data && chown redis:redis /data \\
  && printf '#!/bin/sh\\nexec /usr/bin/redis-server "$@" --protected-mode no\\n' > /usr/local/bin/redis-server \\
  && chmod +x /usr/local/bin/redis-server
WORKDIR /data`,
  ],
  [
    'mongo',
    // The server that the local stack uses if there is no mongod: docs/decisions/0007.
    `RUN useradd --system --user-group mongodb && mkdir -p /data/db /data/configdb \\
  && chown mongodb:mongodb /data/db /data/configdb
RUN python3 -m venv /opt/secantusdb && PIP_CERT=${CA_FILE} /opt/secantusdb/bin/pip install --quiet SecantusDB==0.7.0b3
RUN printf '#!/bin/sh\\nexec /opt/secantusdb/bin/secantusd-py --host 0.0.0.0 --port 27017 --storage-path /data/db \\
--cache-size 256M --log-level WARNING --sync-on-commit\\n' > /usr/local/bin/mongod && chmod +x /usr/local/bin/mongod`,
  ],
]);

/**
 * Provides the engine with these images. Pulls them; or, if this program started the engine and no image
 * registry answers, builds replacements from Debian, npm's Node, and the servers of the local stack.
 *
 * @param {import('./engine.mjs').Engine} engine
 * @param {readonly string[]} names
 * @returns {Promise<string[]>} the replaced ones.
 */
export async function getBaseImages(engine, names) {
  const standIns = [];
  for (const name of names) {
    const isStandIn = async () =>
      (await engine.tryDocker(['image', 'inspect', '--format', '{{index .Config.Labels "stands-in"}}', name]))
        .output;
    if ((await engine.tryDocker(['image', 'inspect', name])).code === 0) {
      if ((await isStandIn()).trim() === 'yes') standIns.push(name);
      continue;
    }
    const pulled = await engine.tryDocker(['pull', '--quiet', name], { timeoutMs: 300_000 });
    if (pulled.code === 0) continue;
    if (!engine.isOwn)
      throw new Error(`the engine has no image ${name}, and can't pull it: ${pulled.output}`);
    await makeStandIn(engine, name);
    standIns.push(name);
  }
  return standIns;
}

/**
 * @param {import('./engine.mjs').Engine} engine
 * @param {string} name
 */
async function makeStandIn(engine, name) {
  const kind = name.split(':')[0] ?? '';
  const lines = STAND_INS.get(kind);
  if (lines === undefined) throw new Error(`nothing stands in for the image ${name}: see base-images.mjs`);
  if ((await engine.tryDocker(['image', 'inspect', DEBIAN])).code !== 0)
    await engine.docker(['import', await bootstrapDebian(engine.folder, engine.tree), DEBIAN]);
  const context = mkdtempSync(join(tmpdir(), 'r2m-image-'));
  try {
    mkdirSync(join(context, 'certs'));
    if (existsSync(CA_FILE)) copyFileSync(CA_FILE, join(context, 'certs/ca-certificates.crt'));
    const version = /^node:(\d+)/.exec(name)?.[1];
    if (version !== undefined) await getNode(context, version);
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM ${DEBIAN}\nLABEL stands-in=yes\nCOPY certs /etc/ssl/certs\n${lines}\n`,
    );
    await engine.docker(['build', '--quiet', '--network', 'host', '--tag', name, context]);
  } finally {
    rmSync(context, { recursive: true });
  }
}

/**
 * @param {string} context
 * @param {string} version the major one.
 */
async function getNode(context, version) {
  const binary = `node-linux-${process.arch}`;
  const prefix = join(context, 'installed');
  await run('npm', ['install', '--no-save', '--prefix', prefix, `${binary}@${version}`, 'npm@11']);
  const modules = join(prefix, 'node_modules');
  await run('cp', ['-a', join(modules, binary, 'bin/node'), join(modules, 'npm'), context]);
  rmSync(prefix, { recursive: true });
}
