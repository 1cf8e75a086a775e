import { asSyncError, inTime, SyncError } from '@redis-to-mongo/pipeline';
import type { Known } from './fleet-facts.js';

/** Time for each fact, in ms: a little more than the driver of MongoDB looks for a server, so that it can say why. */
const WITHIN_MS = 6_000;

/** Waits for a fact, but not for long. @param server named where it does not answer in time. */
export async function known<Fact>(server: string, reading: Promise<Fact>): Promise<Known<Fact>> {
  const late = () =>
    new SyncError('STATUS_TIMEOUT', 'transient', `${server} did not answer within ${WITHIN_MS} ms`);
  try {
    return { is: await inTime(reading, WITHIN_MS, late) };
  } catch (error) {
    return { error: asSyncError(error) };
  }
}

/** A fact that is read by another one; where that could not be read, neither can this. */
export async function mapKnown<From, To>(
  from: Promise<Known<From>>,
  read: (fact: From) => Promise<Known<To>>,
): Promise<Known<To>> {
  const fact = await from;
  return 'is' in fact ? await read(fact.is) : fact;
}
