import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { cacheDir } from './cache-dir.js';

/**
 * Runs `work` while no other process of this user runs work under the same name: two runs install a thing once.
 * The lock of a process that died is taken over after 10 s.
 *
 * @throws Error `ELOCKED` when the lock was not free within about ten minutes
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = join(await cacheDir('locks'), name);
  const release = await lock(path, {
    realpath: false,
    stale: 10_000,
    retries: { retries: 1_200, factor: 1, minTimeout: 500, maxTimeout: 500 },
    // A machine that slept loses its lock. What is done under it is checked afterward, so continuing is right.
    onCompromised: () => {},
  });
  try {
    return await work();
  } finally {
    // Rejects only when the lock was lost before, which is all the same here.
    await release().catch(() => undefined);
  }
}
