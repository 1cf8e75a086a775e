import { asSyncError, inTime, SyncError } from '@redis-to-mongo/pipeline';
import type { Reading } from './fleet-facts.js';

/** Time for each fact, in ms: a little more than the driver of MongoDB takes to find a server, so that it can say why. */
const WITHIN_MS = 6_000;

/**
 * Waits for a fact, but not for long.
 * @param server named where it does not answer in time.
 * @param why asked then: it may know what is wrong with the connection, long before the command that waits for one gives up.
 */
export async function readingOf<Fact>(
  server: string,
  reading: Promise<Fact>,
  why: () => SyncError | undefined = () => undefined,
): Promise<Reading<Fact>> {
  const late = () =>
    why() ?? new SyncError('STATUS_TIMEOUT', 'transient', `${server} did not answer within ${WITHIN_MS} ms`);
  try {
    return { is: await inTime(reading, WITHIN_MS, late) };
  } catch (error) {
    return { error: asSyncError(error) };
  }
}

/** A fact that is read by another one; where that could not be read, neither can this. */
export async function mapReading<From, To>(
  from: Promise<Reading<From>>,
  read: (fact: From) => Promise<Reading<To>>,
): Promise<Reading<To>> {
  const fact = await from;
  return 'is' in fact ? await read(fact.is) : fact;
}
