import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtApp } from '../fleet/built-app.js';
import { fleetEnv, newPassword } from '../fleet/fleet-env.js';
import { ProvingError } from '../proving-error.js';
import { type ChaosEnvironment, QUEUE_PREFIX } from './chaos-environment.js';

const run = promisify(execFile);
const WITHIN_MS = 120_000;

/** Runs `verify --repair`, as an operator does after MongoDB was dropped or set back. @throws ProvingError where it can't be run. */
export async function repairMirror({ env, dbName }: ChaosEnvironment, dir: string): Promise<void> {
  const { REDIS_URL = '', MONGO_URI = '', ...options } = env;
  const servers = { redisUrl: REDIS_URL, mongoUri: MONGO_URI, mongoDbName: dbName };
  const whole = fleetEnv({
    ...servers,
    queuePrefix: QUEUE_PREFIX,
    dashboardPassword: newPassword(),
    options,
  });
  await run(process.execPath, [builtApp('cli/dist/main.js'), 'verify', '--repair'], {
    cwd: dir,
    env: whole,
    timeout: WITHIN_MS,
    maxBuffer: 1 << 26,
  }).catch((error: unknown) => {
    // 1: differences were found, and repaired.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return;
    throw new ProvingError('PROVING_APP_FAILED', 'verify --repair could not be run', { cause: error });
  });
}
