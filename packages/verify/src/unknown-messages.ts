import { compareEntryIds } from '@redis-to-mongo/pipeline';
import type { StreamInfo } from '@redis-to-mongo/redis-source';

/** At most this many messages are kept, to be judged at the end. */
const KEPT = 10_000;

/**
 * Collects messages that no entry of the stream can have led to. Redis drops entries from the head, which says nothing of
 * what was there. But an entry behind the head that is not there was deleted, and is not above the highest id that ever was.
 * What is dropped while both sides are read is found by reading the stream once more at the end. Before Redis 7.0 this
 * is unknown: deletions do not show there.
 */
export class UnknownMessages {
  readonly #begin: StreamInfo | undefined;
  readonly #ids: string[] = [];

  /** @param begin the stream before both sides are read. */
  constructor(begin: StreamInfo | undefined) {
    this.#begin = begin;
  }

  /** A message whose entry is not among those read, while a later one is. */
  add(entryId: string): void {
    if (this.#ids.length < KEPT && isImpossible(entryId, this.#begin)) this.#ids.push(entryId);
  }

  /** @param end the stream after both sides were read. */
  among(end: StreamInfo | undefined): readonly string[] {
    return this.#ids.filter((entryId) => isImpossible(entryId, end));
  }
}

function isImpossible(entryId: string, info: StreamInfo | undefined): boolean {
  if (info?.firstId === undefined || info.maxDeletedId === undefined) return false;
  return compareEntryIds(entryId, info.firstId) > 0 && compareEntryIds(entryId, info.maxDeletedId) > 0;
}
