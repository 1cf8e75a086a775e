import { createHash } from 'node:crypto';
import {
  type Batch,
  BEFORE_FIRST,
  type ByteBudget,
  compareEntryIds,
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
import { entrySizes, parseStreamInfo, type StreamInfo } from './stream-info.js';

export interface StreamOptions {
  /** At most this many entries a read. */
  readonly readEntries: number;
  /** About this many bytes a read, by the size of the entries read before. */
  readonly readBytes: number;
}

export const streamGuarantee = `Each entry that Redis still held when it was read is in \`stream_messages\` exactly once, its fields byte for byte, in the
stream's order by \`_id\`. Entries that Redis dropped before they were read are counted as gaps. A stream that was
deleted, rewound or made anew begins its next incarnation; what was there stays.`;

/** The least a read reserves, in bytes. */
const MIN_RESERVED = 16 * 1024;

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
    read: (state, slice, budget) => readStream(redis, options, state, slice, budget),
  };
}

async function* readStream(
  redis: Redis,
  options: StreamOptions,
  state: KeyState,
  slice: Slice,
  budget: ByteBudget,
): AsyncGenerator<Batch> {
  const key = keyBytes(state.key);
  const stored = parseStreamPosition(state.position);
  let position = stored;
  let incarnation = state.incarnation;
  let rewound = false;
  let binary = stored?.binary ?? false;
  let entryBytes = stored?.entryBytes;
  // The first read of a slice takes the last entry once more, to see that this is still the same stream.
  let anchor = stored?.digest ? stored : undefined;
  do {
    entryBytes ??= await guessEntryBytes(redis, key);
    const count = readCount(options, slice, entryBytes);
    const held = await budget.reserve(Math.max(MIN_RESERVED, count * entryBytes));
    let isYielded = false;
    try {
      const from = anchor ? anchor.entryId : `(${position?.entryId ?? BEFORE_FIRST}`;
      const asked = anchor ? count + 1 : count;
      const reading = await readOnce(redis, key, from, asked, binary);
      if (!reading) return;
      const { info } = reading;
      binary = reading.binary;
      const reachedEnd = reading.entries.length < asked;
      const first = anchor && reading.entries[0]?.[0] === anchor.entryId ? reading.entries[0] : undefined;
      const isReplaced = first !== undefined && digestOf(first) !== anchor?.digest;
      const entries = first ? reading.entries.slice(1) : reading.entries;
      anchor = undefined;
      const start = position ?? startOf(info);
      const account = accountFor(start, info, entries.length, reachedEnd);
      if (position && (isReplaced || isRewound(position, info) || account.missing < 0)) {
        position = undefined;
        rewound = true;
        incarnation = state.incarnation + 1;
        continue; // read again from the very start, as the next life
      }
      if (position && entries.length === 0 && account.missing === 0) return;
      const { documents, bytes } = toDocuments(state, incarnation, entries);
      const last = entries.at(-1);
      if (last) entryBytes = Math.ceil(bytes / entries.length);
      const gaps = position
        ? gapsOf(start, info, account.missing, incarnation)
        : gapsAtStart(state, stored, info, incarnation);
      position = {
        entryId: last ? last[0] : start.entryId,
        passed: account.passed,
        before: start.before,
        lastId: info.lastId,
        added: info.added ?? null,
        digest: last ? digestOf(last) : (position?.digest ?? ''),
        entryBytes,
        binary,
      };
      slice.spend(entries.length, bytes);
      held.resize(bytes);
      isYielded = true;
      yield {
        writes:
          documents.length > 0 ? [{ kind: 'insert', collection: 'stream_messages', documents, bytes }] : [],
        ...(rewound ? { rewound } : {}),
        position: { ...position },
        entries: entries.length,
        bytes,
        lag: account.lag,
        gaps,
        changed: true,
        release: () => held.release(),
      };
      rewound = false;
      if (reachedEnd) return;
    } finally {
      if (!isYielded) held.release();
    }
  } while (!slice.isSpent());
}

/** Entries for the next read: what fits into readBytes by the size seen last, at most readEntries. */
function readCount(options: StreamOptions, slice: Slice, entryBytes: number): number {
  const bySize = Math.floor(options.readBytes / Math.max(1, entryBytes));
  return Math.max(1, Math.min(bySize, options.readEntries, slice.entriesLeft));
}

/** The size of an entry, before any was read: by the larger of the stream's first and last one. */
async function guessEntryBytes(redis: Redis, key: Buffer): Promise<number> {
  const reply = await redis.xinfo('STREAM', key).catch((error: unknown) => {
    if (error instanceof Error && isNoSuchKey(error)) return [];
    throw redisError(error);
  });
  return Math.max(1, ...entrySizes(reply));
}

function gapsOf(
  position: Pick<StreamPosition, 'entryId'>,
  info: StreamInfo,
  missing: number,
  incarnation: number,
): Gap[] {
  return missing > 0 ? [gapOf(position, info, missing, incarnation, new Date())] : [];
}

/**
 * What Redis had dropped before a life's first read. Of the first life it is history, noted in the position; of a
 * later one it was lost while the fleet was on duty. Where the life before was not seen to end (rewound, or made anew
 * between two looks), entries at or before the old position may be the ones read then: they are not counted.
 */
function gapsAtStart(
  state: KeyState,
  stored: StreamPosition | undefined,
  info: StreamInfo,
  incarnation: number,
): Gap[] {
  const { before, entryId } = startOf(info);
  if (incarnation === 1 || before === 0) return [];
  if (stored && info.firstId !== undefined && compareEntryIds(info.firstId, stored.entryId) <= 0) return [];
  const isExact = stored === undefined && state.activity.at(-2)?.end === 'deleted';
  return [{ ...gapOf({ entryId }, info, before, incarnation, new Date()), exact: isExact }];
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
  const replies = await (binary
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
    if (isNoSuchKey(infoError)) return undefined;
    throw redisError(infoError);
  }
  if (rangeError) throw redisError(rangeError);
  const info = parseStreamInfo(infoReply);
  const raw = parseEntries(rangeReply);
  if (binary) {
    const entries = raw.map(([id, flat]): Entry => [String(id), flat.map(textOf)]);
    return {
      info,
      entries,
      binary: entries.some(([, flat]) => flat.some((item) => typeof item !== 'string')),
    };
  }
  if (raw.some(([, flat]) => flat.some(isDoubtful))) return await readOnce(redis, key, from, count, true);
  return { info, entries: raw as readonly Entry[], binary: false };
}

function isNoSuchKey(error: Error): boolean {
  return /no such key/i.test(error.message);
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
