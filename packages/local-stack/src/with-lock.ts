import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { cacheDir } from './cache-dir.js';

/**
 * Runs `work` while no other process of this user runs work under the same name, so that two runs install
 * something once. The lock of a process that died is taken over after 10 s.
 *
 * @throws Error `ELOCKED` if the lock is not free within about ten minutes
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = join(await cacheDir('locks'), name);
  const release = await lock(path, {
    realpath: false,
    stale: 10_000,
    retries: { retries: 1_200, factor: 1, minTimeout: 500, maxTimeout: 500 },
    // A suspended machine loses its lock. Results are checked afterward, so the work may continue.
    onCompromised: () => {},
  });
  try {
    return await work();
  } finally {
    // Rejects only if the lock was already lost, which does not matter here.
    await release().catch(() => undefined);
  }
}
