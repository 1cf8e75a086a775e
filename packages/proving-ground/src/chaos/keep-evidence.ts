import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import type { ChaosLoad } from './chaos-load.js';

/** Writes down what MongoDB reports about the keys, and what Redis reports about the streams; a server that is down says nothing. */
export async function keepState(
  dir: string,
  { source, db }: ChaosEnvironment,
  load: ChaosLoad,
): Promise<void> {
  const keys = await db
    .collection('keys')
    .find({}, { timeoutMS: 5_000 })
    .toArray()
    .catch(() => 'MongoDB did not answer');
  const redis = openRedis(source.url, ONE_TRY);
  const infos: Record<string, unknown> = {};
  for (const { written } of load.streams)
    infos[written.key] = await redis.xinfo('STREAM', written.key).catch((error: unknown) => String(error));
  redis.disconnect();
  await writeFile(join(dir, 'state.json'), `${JSON.stringify({ keys, infos }, null, 1)}\n`);
}
