import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { rereadKeys, type SuspectKey } from '@redis-to-mongo/mongo-sink';
import { inParts } from '@redis-to-mongo/pipeline';

export interface RereadLostOptions {
  readonly db: Parameters<typeof rereadKeys>[0];
  readonly queue: Pick<JobQueue, 'due' | 'request'>;
  /** Keys that MongoDB holds a state of, in pages: those that may have lost records. */
  readonly suspects: AsyncIterable<readonly SuspectKey[]>;
  /** Asked again and again: false ends it. */
  readonly goesOn: () => boolean;
}

/** This many keys are read again by one command. */
export const PAGE = 1_000;
const WAIT_MS = 200;

/**
 * Has keys read from the start again whose state may cover what the target has lost. Besides the given ones, these are the keys with a
 * run under way or one that did not end well: a run wrote before the loss, and saves after it.
 * @returns how many there are, or `undefined` where it was ended from outside.
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
    // A value whose end was lost is active still.
    const gone = page.filter(({ isActive }) => !isActive).map(({ key }) => key);
    await queue.due.markInterrupted(gone);
    await queue.request(gone);
    count += fresh.length;
  }
  // A run may yet save the first state of its key.
  const unsaved = new Map([...runs].filter(([key, run]) => run !== '' && !found.has(key)));
  // Tailing ends with the next run only.
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
