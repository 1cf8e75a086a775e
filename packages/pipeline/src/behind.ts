import { entryTime } from './entry-id.js';

/**
 * An entry id begins with its time in ms, unless the writer chose the id. Ids before this time do not count
 * as times.
 */
const FIRST_TIME = Date.UTC(2005, 0);

/**
 * How far a stream with unread entries is behind, in ms: the age of the entry that was synced last;
 * `undefined` if it is not known.
 */
export function behindMs(entryId: string, now: number): number | undefined {
  const at = entryTime(entryId)?.getTime() ?? 0;
  return at >= FIRST_TIME && at <= now ? now - at : undefined;
}
