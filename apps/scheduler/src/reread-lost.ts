import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { rereadKeys, type SuspectKey } from '@redis-to-mongo/mongo-sink';
import { inParts } from '@redis-to-mongo/pipeline';

export interface RereadLostOptions {
  readonly db: Parameters<typeof rereadKeys>[0];
  readonly queue: Pick<JobQueue, 'due' | 'request'>;
  /** Keys with a saved state in MongoDB, in pages: they may have lost records. */
  readonly suspects: AsyncIterable<readonly SuspectKey[]>;
  /** Called repeatedly; false ends it. */
  readonly goesOn: () => boolean;
}

/** Keys per command. */
export const PAGE = 1_000;
const WAIT_MS = 200;

/**
 * Has keys read from the start again if their saved state may cover records that the target has lost. Besides
 * the given keys, these are keys with a run that is under way or did not end well: the run may have written
 * before the loss, and save after it.
 * @returns the number of keys, or `undefined` if it was ended early.
 * @throws SyncError as the sink and the queue throw.
 */
export async function rereadLost({
  db,
  queue,
  suspects,
  goesOn,
}: RereadLostOptions): Promise<number | undefined> {
  const runs = await queue.due.runsUnderWay();
  const found = new Set<string>();
  for (const keys of inParts([...runs.keys()], PAGE))
    for (const key of await rereadKeys(db, keys)) found.add(key);
  let count = found.size;
  for await (const page of suspects) {
    if (!goesOn()) return undefined;
    const fresh = page.filter(({ key }) => !found.has(key));
    await rereadKeys(
      db,
      fresh.filter(({ isActive }) => isActive).map(({ key }) => key),
    );
    // If the target lost the retirement of a deleted value, the value's document is active again.
    const gone = page.filter(({ isActive }) => !isActive).map(({ key }) => key);
    await queue.due.markInterrupted(gone);
    await queue.request(gone);
    count += fresh.length;
  }
  // A run may still save the first state of its key.
  const unsaved = new Map([...runs].filter(([key, run]) => run !== '' && !found.has(key)));
  // Only the next run of a key ends its tailing.
  await queue.request([...unsaved.keys()]);
  while (unsaved.size > 0) {
    if (!goesOn()) return undefined;
    const now = await queue.due.runsUnderWay();
    const ended = [...unsaved].flatMap(([key, run]) => (now.get(key) === run ? [] : [key]));
    count += (await rereadKeys(db, ended)).size;
    for (const key of ended) unsaved.delete(key);
    if (unsaved.size > 0) await sleep(WAIT_MS);
  }
  return count;
}
