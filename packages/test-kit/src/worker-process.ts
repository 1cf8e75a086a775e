import { JobQueue } from '@redis-to-mongo/job-queue';
import type { FreshNamespace } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { type AppProcess, DYING_WORKER, startApp, WORKER } from './app-process.js';

/** The environment of an app on a test file's own servers. */
export function appEnv(
  namespace: Pick<FreshNamespace, 'mongoUri' | 'mongoDbName'> & { readonly redis: { readonly url: string } },
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    REDIS_URL: namespace.redis.url,
    MONGO_URI: namespace.mongoUri,
    MONGO_DB_NAME: namespace.mongoDbName,
    SYNC_INTERVAL_SEC: '0.5',
    // Half of the default, because many tests wait until a dead worker's claims end.
    DEAD_AFTER_SEC: '5',
    LOG_LEVEL: 'info',
    ...(process.env.STREAM_PATH ? { STREAM_PATH: process.env.STREAM_PATH } : {}),
    ...more,
  };
}

/** Starts the built worker as a process; with `dieAt` ("step:n"), the one that kills itself at that step. */
export function startWorker(env: Readonly<Record<string, string>>, dieAt?: string): AppProcess {
  return dieAt ? startApp(DYING_WORKER, { ...env, DIE_AT: dieAt }) : startApp(WORKER, env);
}

/**
 * Opens a queue in the Redis of a test file, and starts workers on it.
 * @param env for all workers; QUEUE_PREFIX defaults to `r2m`.
 */
export function openWorkers(namespace: FreshNamespace, env: Readonly<Record<string, string>> = {}) {
  const running: AppProcess[] = [];
  const redis = addressOfUrl(namespace.redis.url);
  const queue = new JobQueue({ redis, prefix: env.QUEUE_PREFIX ?? 'r2m' }, () => {});
  const stopAll = async () => {
    await Promise.all(running.splice(0).map((worker) => worker.stop()));
  };
  return {
    queue,
    start: (more: Readonly<Record<string, string>> = {}, dieAt?: string): AppProcess => {
      const worker = startWorker(appEnv(namespace, { ...env, ...more }), dieAt);
      running.push(worker);
      return worker;
    },
    stopAll,
    close: async () => {
      await stopAll();
      await queue.close();
    },
  };
}
