import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoServer } from '@redis-to-mongo/local-stack';

export interface SetBackOptions {
  /** How old the copy is that is put back, in ms. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Does the work, by which MongoDB loses what was written since. */
  readonly lose: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Takes a copy of the files of a MongoDB, lets it run on, and puts them back: what a restored snapshot of its disk does.
 * @param dir where the server has its files; a copy is made beside it.
 */
export async function setBack(
  server: MongoServer,
  dir: string,
  { forMs, signal, lose }: SetBackOptions,
): Promise<void> {
  const [data, copy] = [join(dir, 'data'), `${dir}-copy`];
  await server.kill(); // what was acknowledged is on the disk
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

/** Has a MongoDB begin again, with nothing. */
export async function emptyFiles(server: MongoServer, dir: string): Promise<void> {
  await server.kill();
  await removeFiles(join(dir, 'data'));
  await server.restart();
}

async function removeFiles(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true });
}
