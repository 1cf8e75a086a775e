import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import type { ChaosEnvironment } from './chaos-environment.js';

/** Writes down what MongoDB reports about the keys, and what Redis reports about the streams; a server that is down says nothing. */
export async function keepState(
  dir: string,
  { source, db }: ChaosEnvironment,
  streams: readonly string[],
): Promise<void> {
  const keys = await db
    .collection('keys')
    .find({}, { timeoutMS: 5_000 })
    .toArray()
    .catch(() => 'MongoDB did not answer');
  const redis = openRedis(source.url, ONE_TRY);
  const infos: Record<string, unknown> = {};
  for (const stream of streams)
    infos[stream] = await redis.xinfo('STREAM', stream).catch((error: unknown) => String(error));
  redis.disconnect();
  await writeFile(join(dir, 'state.json'), `${JSON.stringify({ keys, infos }, null, 1)}\n`);
}
