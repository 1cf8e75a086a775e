import { putMessages, readKey } from '@redis-to-mongo/mongo-sink';
import { restartKey, syncToEnd } from '@redis-to-mongo/operations';
import { type Line, type SliceLimits, storedText } from '@redis-to-mongo/pipeline';
import { documentsByRule } from '@redis-to-mongo/redis-source';
import { compareStream } from './compare-stream.js';
import type { Sides } from './sides.js';

/**
 * Mends a key that differs: it is synced to its end; then entries of a stream that are still missing or different, taken
 * out of MongoDB or changed there, are put in their places, and a value begins its next incarnation. A paused key is let rest:
 * its value would be empty until it is resumed.
 * @param request asks the fleet for a job of the key: should this process end before the value is there again, it is read all the same.
 */
export async function repairKey(
  { redis, db }: Sides,
  line: Line,
  slice: SliceLimits,
  key: string,
  request: (key: string) => Promise<void>,
): Promise<void> {
  await syncToEnd(line, key, slice, () => {});
  const state = await readKey(db, key);
  if (state?.status !== 'active' || state.pausedAt) return;
  const rule = line.rules?.ruleFor(key, state.keyType);
  if (state.keyType === 'stream')
    await compareStream(redis, db, state, {
      ttlMs: rule?.ttlMs,
      onWrong: async (entries) => {
        const read = entries.map(({ entryId, flat }) => [entryId, flat.map(storedText)] as const);
        await putMessages(db, state, documentsByRule(state, state.incarnation, read, rule));
      },
    });
  else {
    await restartKey(line, db, key);
    await request(key);
    await syncToEnd(line, key, slice, () => {});
  }
}
