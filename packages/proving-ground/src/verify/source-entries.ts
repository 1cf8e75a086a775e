import type { Buffer } from 'node:buffer';
import { compareEntryIds } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { contentDigest } from '../content-digest.js';

export type Pairs = readonly (readonly [name: Buffer, value: Buffer])[];

/** One entry that MongoDB should have. */
export interface SourceEntry {
  readonly id: string;
  /** Whether these fields are the entry's, byte for byte and in order (as far as the source remembers). */
  readonly equals: (pairs: Pairs) => boolean;
}

/** What one page of a stream may hold: entries at most, and about so many bytes by the size of those before. */
const PAGE = { first: 64, entries: 1_000, bytes: 8 * 1024 * 1024 } as const;

/** Gives the entries behind the entry with the given id, or all of them, in stream order. */
export type EntrySource = (after: string | undefined) => AsyncGenerator<SourceEntry>;

/** The entries that a stream holds now, page by page. A key that is gone holds none. */
export async function* entriesInRedis(
  redis: Redis,
  key: Buffer,
  after: string | undefined,
): AsyncGenerator<SourceEntry> {
  let from = after === undefined ? '-' : `(${after}`;
  let count: number = PAGE.first;
  for (;;) {
    const page = await redis.xrangeBuffer(key, from, '+', 'COUNT', count);
    let bytes = 0;
    for (const [id, flat] of page) {
      for (const item of flat) bytes += item.length;
      yield { id: id.toString(), equals: (pairs) => sameFields(flat, pairs) };
    }
    const last = page.at(-1);
    if (!last || page.length < count) return;
    from = `(${last[0].toString()}`;
    count = Math.max(1, Math.min(PAGE.entries, Math.floor((PAGE.bytes * page.length) / Math.max(1, bytes))));
  }
}

/** The entries of a life as its history remembers them. */
export async function* entriesInHistory(
  life: Iterable<{ id: string; digest: number }>,
  after: string | undefined,
): AsyncGenerator<SourceEntry> {
  for (const { id, digest } of life)
    if (after === undefined || compareEntryIds(id, after) > 0)
      yield { id, equals: (pairs) => contentDigest(pairs) === digest };
}

/** All entries of both, in stream order; of an entry that both have, the first one's. */
export async function* united(
  first: AsyncGenerator<SourceEntry>,
  second: AsyncGenerator<SourceEntry>,
): AsyncGenerator<SourceEntry> {
  let other = await second.next();
  for await (const entry of first) {
    for (; !other.done && compareEntryIds(other.value.id, entry.id) < 0; other = await second.next())
      yield other.value;
    if (!other.done && other.value.id === entry.id) other = await second.next();
    yield entry;
  }
  for (; !other.done; other = await second.next()) yield other.value;
}

function sameFields(flat: readonly Buffer[], pairs: Pairs): boolean {
  if (flat.length !== pairs.length * 2) return false;
  return pairs.every(
    ([name, value], i) => flat[2 * i]?.equals(name) === true && flat[2 * i + 1]?.equals(value) === true,
  );
}
