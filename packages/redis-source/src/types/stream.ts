import {
  type Batch,
  BEFORE_FIRST,
  type ByteBudget,
  type KeyState,
  keyBytes,
  messageCollectionOf,
  type RuleBook,
  type Slice,
  type Syncer,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { documentsByRule } from '../streams/documents-by-rule.js';
import { digestOf, guessEntryBytes, readStream, settledExpiry } from '../streams/read-stream.js';
import {
  accountFor,
  gapsAtStart,
  gapsOf,
  isRewound,
  mustHold,
  parseStreamPosition,
  startOf,
} from '../streams/stream-account.js';

export interface StreamOptions {
  /** At most this many entries a read. */
  readonly readEntries: number;
  /** About this many bytes a read, by the size of the entries read before. */
  readonly readBytes: number;
  /** What is done otherwise with some keys. */
  readonly rules?: RuleBook;
}

export const streamGuarantee = `Each entry that Redis still held when it was read is in \`stream_messages\` exactly once, its fields byte for byte, in the
stream's order by \`_id\`. Entries that Redis dropped before they were read are counted as gaps. A stream that was
deleted, rewound or made anew begins its next incarnation; what was there stays.`;

/** The least a read reserves, in bytes. */
const MIN_RESERVED = 16 * 1024;

/**
 * Streams: every entry once, in order. Each read takes the entries and XINFO in one MULTI, one instant, so that
 * what Redis dropped before it was read can be counted exactly (see streams/stream-account.ts).
 */
export function streamSyncer(redis: Redis, options: StreamOptions): Syncer {
  return {
    keyType: 'stream',
    retire: () => [],
    read: (state, slice, budget) => readBatches(redis, options, state, slice, budget),
  };
}

async function* readBatches(
  redis: Redis,
  options: StreamOptions,
  state: KeyState,
  slice: Slice,
  budget: ByteBudget,
): AsyncGenerator<Batch> {
  const key = keyBytes(state.key);
  const stored = parseStreamPosition(state.position);
  const rule = options.rules?.ruleFor(state.key, 'stream');
  const collection = messageCollectionOf(state);
  let position = stored;
  let incarnation = state.incarnation;
  let rewound = false;
  let binary = stored?.binary ?? false;
  let lag = state.lag;
  let expiresAt = state.expiresAt;
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
      const reading = await readStream(redis, key, from, asked, binary);
      if (!reading) return;
      const { info } = reading;
      binary = reading.binary;
      const reachedEnd = reading.entries.length < asked || reading.entries.at(-1)?.[0] === info.lastId;
      const first = anchor && reading.entries[0]?.[0] === anchor.entryId ? reading.entries[0] : undefined;
      const isReplaced = first
        ? digestOf(first) !== anchor?.digest
        : anchor !== undefined && mustHold(anchor, info);
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
      const expiry = settledExpiry(expiresAt, reading.expiresAt);
      const isNews =
        entries.length > 0 || account.missing !== 0 || account.lag !== lag || expiry !== expiresAt;
      if (position && !isNews) return;
      lag = account.lag;
      expiresAt = expiry;
      const { documents, bytes } = documentsByRule(state, incarnation, entries, rule);
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
        writes: documents.length > 0 ? [{ kind: 'insert', collection, documents, bytes }] : [],
        ...(rewound ? { rewound } : {}),
        position: { ...position },
        entries: entries.length,
        bytes,
        lag,
        gaps,
        expiresAt,
        changed: entries.length > 0 || gaps.length > 0,
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
