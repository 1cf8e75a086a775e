import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ProvingError } from '../../proving-error.js';
import type { BenchPlace } from '../bench-place.js';
import { CONNECT } from '../bench-result.js';
import type { StreamCase } from '../bench-sizes.js';
import { checkCount } from '../check-mirror.js';
import { streamKeys } from '../fill-streams.js';
import { meter } from '../usage-meter.js';
import type { Contestant, MessageTarget } from './contestant.js';

const run = promisify(execFile);
const configFile = fileURLToPath(new URL('../../../rivals/redpanda-connect.yaml', import.meta.url));
const POLL_MS = 200;
/** Without any progress for this long, in ms, waiting is given up. */
const STALL_MS = 60_000;

/** How the program is called here, if it is there. */
const CALLS = [
  { command: 'redpanda-connect', args: ['run'], version: ['--version'] },
  { command: 'rpk', args: ['connect', 'run'], version: ['connect', '--version'] },
] as const;

/** Redpanda Connect with the configuration in rivals/, where it is installed. */
export async function findConnect(): Promise<Contestant | undefined> {
  for (const { command, args, version } of CALLS) {
    const works = await run(command, [...version], { timeout: 20_000 }).then(
      () => true,
      () => false,
    );
    if (works)
      return {
        who: CONNECT,
        run: (place, target, load) => runConnect([command, ...args], place, target, load),
      };
  }
  return undefined;
}

/** The clock runs from its start until all is in MongoDB: it reads as soon as it is up. */
async function runConnect(
  call: readonly string[],
  place: BenchPlace,
  target: MessageTarget,
  load: StreamCase,
) {
  const [command = '', ...args] = call;
  const dir = await place.nextDir();
  const config = join(dir, 'connect.yaml');
  const template = await readFile(configFile, 'utf8');
  await writeFile(config, template.replace('streams: []', `streams: ${JSON.stringify(streamKeys(load))}`));
  const log = openSync(join(dir, 'connect.log'), 'a');
  const connect = spawn(command, [...args, config], {
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      SOURCE_URL: place.shelfUrl,
      TARGET_URI: target.uri,
      TARGET_DB: target.dbName,
    },
  });
  closeSync(log);
  const ended = once(connect, 'exit').catch(() => undefined);
  const entries = load.streams * load.entries;
  try {
    const end = await meter({
      ours: connect.pid === undefined ? [] : [connect.pid],
      redis: place.redisServer.pid,
      mongo: target.pid,
    });
    await untilThere(place, target, entries, connect);
    const usage = await end();
    await checkCount(target, entries);
    return { ...usage, entries };
  } finally {
    connect.kill('SIGTERM');
    const timer = setTimeout(() => connect.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
    // Its consumer groups are kept in the streams.
    const pipeline = place.shelf.pipeline();
    for (const key of streamKeys(load)) pipeline.xgroup('DESTROY', key, 'bench');
    await pipeline.exec();
  }
}

async function untilThere(
  place: BenchPlace,
  target: MessageTarget,
  entries: number,
  connect: ChildProcess,
): Promise<void> {
  let best = -1;
  let since = performance.now();
  for (;;) {
    place.signal.throwIfAborted();
    const found = await target.count();
    if (found >= entries) return;
    if (found > best) {
      best = found;
      since = performance.now();
    }
    if (connect.exitCode !== null || performance.now() - since > STALL_MS)
      throw new ProvingError(
        'PROVING_STALLED',
        `${CONNECT} has moved ${found} of ${entries} entries, and no more`,
      );
    await sleep(POLL_MS);
  }
}
