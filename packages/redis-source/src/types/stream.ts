import { createHash } from 'node:crypto';
import {
  type Batch,
  BEFORE_FIRST,
  encodeContent,
  entryTime,
  type Gap,
  type KeyState,
  keyBytes,
  type MessageDocument,
  messageId,
  messageIdPrefix,
  type Slice,
  type StoredText,
  SyncError,
  type Syncer,
  storedText,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { redisError } from '../redis-error.js';
import {
  accountFor,
  gapOf,
  isRewound,
  parseStreamPosition,
  type StreamPosition,
  startOf,
} from './stream-account.js';
import { parseStreamInfo, type StreamInfo } from './stream-info.js';

export interface StreamOptions {
  /** At most this many entries a read. */
  readonly readEntries: number;
  /** About this many bytes a read, by the size of the entries read before. */
  readonly readBytes: number;
}

/** How many entries the first read takes, while nothing is known of their size. */
const FIRST_READ = 256;

type Entry = readonly [id: string, flat: readonly StoredText[]];

interface Reading {
  readonly info: StreamInfo;
  readonly entries: readonly Entry[];
  readonly binary: boolean;
}

/**
 * Streams: every entry once, in order. Each read takes the entries and XINFO in one MULTI, one instant, so that
 * what Redis dropped before it was read can be counted exactly (see stream-account.ts).
 */
export function streamSyncer(redis: Redis, options: StreamOptions): Syncer {
  return {
    keyType: 'stream',
    retire: () => [],
    read: (state, slice) => readStream(redis, options, state, slice),
  };
}

async function* readStream(
  redis: Redis,
  options: StreamOptions,
  state: KeyState,
  slice: Slice,
): AsyncGenerator<Batch> {
  const key = keyBytes(state.key);
  let position = parseStreamPosition(state.position);
  let incarnation = state.incarnation;
  let rewound = false;
  let binary = position?.binary ?? false;
  // The first read of a slice takes the last entry once more, to see that this is still the same stream.
  let anchor = position?.digest ? position : undefined;
  do {
    const count = readCount(options, slice, position?.entryBytes);
    const from = anchor ? anchor.entryId : `(${position?.entryId ?? BEFORE_FIRST}`;
    const reading = await readOnce(redis, key, from, anchor ? count + 1 : count, binary);
    if (!reading) return;
    const { info } = reading;
    binary = reading.binary;
    let entries = reading.entries;
    const reachedEnd = entries.length < (anchor ? count + 1 : count);
    const anchored = anchor !== undefined && entries[0]?.[0] === anchor.entryId ? entries[0] : undefined;
    const replaced = anchored !== undefined && digestOf(anchored) !== anchor?.digest;
    if (anchored) entries = entries.slice(1);
    anchor = undefined;
    const start = position ?? startOf(info);
    const account = accountFor(start, info, entries.length, reachedEnd);
    if (position && (replaced || isRewound(position, info) || account.missing < 0)) {
      position = undefined;
      rewound = true;
      incarnation = state.incarnation + 1;
      continue; // read again from the very start, as the next life
    }
    if (position && entries.length === 0 && account.missing === 0) return;
    const gaps: Gap[] =
      account.missing > 0 ? [gapOf(start, info, account.missing, incarnation, new Date())] : [];
    const { documents, bytes } = toDocuments(state, incarnation, entries);
    const last = entries.at(-1);
    const next: StreamPosition = {
      entryId: last ? last[0] : start.entryId,
      passed: account.passed,
      lastId: info.lastId,
      added: info.added ?? null,
      digest: last ? digestOf(last) : (position?.digest ?? ''),
      entryBytes: last ? Math.ceil(bytes / entries.length) : (position?.entryBytes ?? 0),
      binary,
    };
    slice.spend(entries.length, bytes);
    yield {
      writes: documents.length > 0 ? [{ kind: 'insert', collection: 'stream_messages', documents, bytes }] : [],
      ...(rewound ? { rewound } : {}),
      position: { ...next },
      entries: entries.length,
      bytes,
      lag: account.lag,
      gaps,
      changed: true,
    };
    rewound = false;
    position = next;
    if (reachedEnd) return;
  } while (!slice.isSpent());
}

/** Entries for the next read: what fits into readBytes by the size seen last, at most readEntries. */
function readCount(options: StreamOptions, slice: Slice, entryBytes: number | undefined): number {
  const bySize = entryBytes ? Math.floor(options.readBytes / entryBytes) : FIRST_READ;
  return Math.max(1, Math.min(bySize, options.readEntries, slice.entriesLeft));
}

/**
 * One instant of the stream: XINFO and the entries from `from` on. Replies are read as text, which is fast; text
 * that shows the replacement character may have been other bytes, so the read is made again, as bytes.
 * `undefined` when the key is gone.
 */
async function readOnce(
  redis: Redis,
  key: Buffer,
  from: string,
  count: number,
  binary: boolean,
): Promise<Reading | undefined> {
  const transaction = redis.multi().xinfo('STREAM', key);
  const replies = await (
    binary
      ? transaction.xrangeBuffer(key, from, '+', 'COUNT', count)
      : transaction.xrange(key, from, '+', 'COUNT', count)
  )
    .exec()
    .catch((error: unknown) => {
      throw redisError(error);
    });
  const [infoError, infoReply] = replies?.[0] ?? [undefined, undefined];
  const [rangeError, rangeReply] = replies?.[1] ?? [undefined, undefined];
  if (infoError) {
    if (/no such key/i.test(infoError.message)) return undefined;
    throw redisError(infoError);
  }
  if (rangeError) throw redisError(rangeError);
  const info = parseStreamInfo(infoReply);
  const raw = parseEntries(rangeReply);
  if (binary) {
    const entries = raw.map(([id, flat]): Entry => [String(id), flat.map(textOf)]);
    return { info, entries, binary: entries.some(([, flat]) => flat.some((item) => typeof item !== 'string')) };
  }
  if (raw.some(([, flat]) => flat.some(isDoubtful))) return await readOnce(redis, key, from, count, true);
  return { info, entries: raw as readonly Entry[], binary: false };
}

function isDoubtful(item: unknown): boolean {
  return typeof item === 'string' && item.includes('\ufffd');
}

function textOf(item: unknown): StoredText {
  return Buffer.isBuffer(item) ? storedText(item) : String(item);
}

function parseEntries(reply: unknown): readonly (readonly [id: unknown, flat: readonly unknown[]])[] {
  if (!Array.isArray(reply)) throw new SyncError('REDIS_REPLY', 'unknown', 'XRANGE: the reply is not a list');
  return reply;
}

function toDocuments(
  state: KeyState,
  incarnation: number,
  entries: readonly Entry[],
): { documents: MessageDocument[]; bytes: number } {
  const prefix = messageIdPrefix(state.key, incarnation);
  const { stream, type } = state;
  const overhead = 2 * prefix.length + stream.length + type.length + 120;
  let bytes = 0;
  const documents = entries.map(([entryId, flat]): MessageDocument => {
    bytes += overhead;
    for (const item of flat) bytes += item.length;
    return {
      _id: messageId(prefix, entryId),
      stream,
      type,
      entryId,
      at: entryTime(entryId) ?? null,
      content: encodeContent(flat),
    };
  });
  return { documents, bytes };
}

function digestOf([id, flat]: Entry): string {
  const hash = createHash('sha1').update(id);
  for (const item of flat) hash.update(`\0${item.length}:`).update(item);
  return hash.digest('base64').slice(0, 12);
}
