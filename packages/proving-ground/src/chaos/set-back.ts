import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoServer } from '@redis-to-mongo/local-stack';

export interface SetBackOptions {
  /** Age of the copy when it is restored, in ms. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Runs work by which MongoDB loses everything written since the copy. */
  readonly lose: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Copies the files of a MongoDB, lets it run on, and restores the copy, as if a
 * snapshot of its disk was restored.
 * @param dir the server's directory; the copy is made next to it.
 */
export async function setBack(
  server: MongoServer,
  dir: string,
  { forMs, signal, lose }: SetBackOptions,
): Promise<void> {
  const [data, copy] = [join(dir, 'data'), `${dir}-copy`];
  await server.kill(); // acknowledged writes are on the disk
  await cp(data, copy, { recursive: true });
  await server.restart();
  try {
    await sleep(forMs, undefined, { signal });
    await lose(async () => {
      await server.kill();
      await removeFiles(data);
      await cp(copy, data, { recursive: true });
    });
    await server.restart();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Restarts a MongoDB with empty files. */
export async function emptyFiles(server: MongoServer, dir: string): Promise<void> {
  await server.kill();
  await removeFiles(join(dir, 'data'));
  await server.restart();
}

async function removeFiles(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true });
}
