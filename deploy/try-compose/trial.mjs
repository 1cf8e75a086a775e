// @ts-check
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from './run.mjs';

const PROJECT = 'redis-to-mongo-try';
const WORKERS = 3;
const APPS = ['scheduler', 'worker', 'dashboard'];
const MINUTES = 60_000;

/**
 * @typedef {{ Name: string, Service: string, State: string, Health: string, ExitCode: number }} Container
 * @typedef {(what: string, step: () => Promise<string>) => Promise<void>} Step
 */

/**
 * Starts the compose file, writes, kills a worker and MongoDB, verifies, stops,
 * starts again, and verifies again.
 *
 * @param {import('./engine.mjs').Engine} engine
 * @param {{ root: string, mongoUri: string | undefined, step: Step }} options
 */
export async function trial(engine, { root, mongoUri, step }) {
  const port = await freePort();
  const env = {
    DASHBOARD_PASSWORD: 'pass-word',
    DASHBOARD_PORT: String(port),
    ...(mongoUri === undefined ? {} : { MONGO_URI: mongoUri }),
  };
  const file = ['--project-name', PROJECT, '--file', join(root, 'docker-compose.yml')];
  const compose = (/** @type {string[]} */ args, input = '') =>
    engine.compose([...file, ...args], { env, input });
  const command = (/** @type {string[]} */ ...args) =>
    engine.tryCompose([...file, 'exec', '--no-TTY', 'scheduler', 'redis-to-mongo', ...args], { env });
  const containers = async () => parse(await compose(['ps', '--all', '--format', 'json']));
  const apps = async () => (await containers()).filter(({ Service }) => APPS.includes(Service));
  const areHealthy = async () => {
    const all = await apps();
    return all.length === WORKERS + 2 && all.every(({ Health }) => Health === 'healthy');
  };
  const write = async (/** @type {number} */ from, /** @type {number} */ count) => {
    const lines = Array.from(
      { length: count },
      (_, i) => `XADD orders:${(from + i) % 40} * n ${from + i}\r\n`,
    );
    const sets = Array.from({ length: 40 }, (_, i) => `SADD orders:${i}:info:tags t${from} t${i}\r\n`);
    const said = await compose(
      ['exec', '--no-TTY', 'redis', 'redis-cli', '--pipe'],
      [...lines, ...sets].join(''),
    );
    if (!said.includes('errors: 0')) throw new Error(said);
  };
  const verified = async (/** @type {number} */ messages) => {
    await until('the mirror is complete', async () => (await command('status')).code === 0, 5 * MINUTES);
    const { code, output } = await command('verify');
    if (code !== 0 || !output.includes('80 keys compared: all equal')) throw new Error(output);
    return `${messages} messages in 40 streams, 40 sets: all equal`;
  };

  await compose(['down', '--volumes', '--timeout', '0']);
  try {
    await step('up, until all are healthy', async () => {
      await compose(['up', '--detach', '--no-build', '--scale', `worker=${WORKERS}`]);
      await until('all apps are healthy', areHealthy, 3 * MINUTES);
      return `${WORKERS} workers`;
    });
    await step('version', async () => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const label = 'org.opencontainers.image.version';
      const inspect = [
        'image',
        'inspect',
        '--format',
        `{{index .Config.Labels "${label}"}}`,
        'redis-to-mongo:local',
      ];
      const said = [(await engine.docker(inspect)).trim(), (await command('--version')).output.trim()];
      if (said.join() !== `${version},redis-to-mongo ${version}`) throw new Error(said.join());
      return `${version}, by label and command`;
    });
    await step('the dashboard answers on this machine', async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
      if (status !== 200) throw new Error(`/healthz: ${status}`);
      return `http://127.0.0.1:${port}`;
    });
    await step('write and verify', async () => {
      await write(0, 5_000);
      return await verified(5_000);
    });
    await step('write, kill a worker and MongoDB meanwhile, and verify', async () => {
      const writing = write(5_000, 10_000);
      await kill(engine, `${PROJECT}-worker-1`);
      await kill(engine, `${PROJECT}-mongo-1`);
      await writing;
      await until('all apps are healthy again', areHealthy, 3 * MINUTES);
      return await verified(15_000);
    });
    await step('stop in order', async () => {
      await compose(['stop']);
      const wrong = (await apps()).filter(({ State, ExitCode }) => State !== 'exited' || ExitCode !== 0);
      if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
      return 'all apps with exit code 0';
    });
    await step('start again and verify', async () => {
      await compose(['start', ...['redis', 'queue-redis', 'mongo'], ...APPS]);
      await until('all apps are healthy', areHealthy, 3 * MINUTES);
      await write(15_000, 1_000);
      return await verified(16_000);
    });
  } catch (error) {
    console.log(
      (await engine.tryCompose([...file, 'logs', '--no-color', '--tail', '20', ...APPS], { env })).output,
    );
    throw error;
  } finally {
    await compose(['down', '--volumes', '--timeout', '5']);
  }
}

/**
 * Kills a container's process as in a crash, so that the engine restarts it. (After
 * `docker kill`, it would not.)
 *
 * @param {import('./engine.mjs').Engine} engine
 * @param {string} container
 */
async function kill(engine, container) {
  const pid = (await engine.docker(['inspect', '--format', '{{.State.Pid}}', container])).trim();
  const here = ['run', '--rm', '--pid', 'host', '--network', 'none', '--user', '0'];
  await engine.docker([...here, 'redis-to-mongo:local', 'bash', '-c', `kill -KILL ${pid}`]);
}

/**
 * Parses the output of `docker compose ps`: one object per line, or a list of objects.
 *
 * @param {string} text
 * @returns {Container[]}
 */
function parse(text) {
  const lines = text.split('\n').filter((line) => /^[[{]/.test(line));
  return lines.flatMap((line) => JSON.parse(line));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
