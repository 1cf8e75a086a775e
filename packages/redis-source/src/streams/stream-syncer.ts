import {
  type Batch,
  BEFORE_FIRST,
  type ByteBudget,
  type KeyState,
  keyBytes,
  messageCollectionOf,
  type Position,
  type RuleBook,
  type Slice,
  type Syncer,
} from '@redis-to-mongo/pipeline';
import { masterOf, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { keyExpiry, settledExpiry } from '../key-expiry.js';
import { sameServers } from '../same-servers.js';
import type { DirectReader } from './direct/direct-reader.js';
import { documentsByRule } from './documents-by-rule.js';
import { digestOf } from './entry-digest.js';
import { holdsAny, holdsMarks, isOtherIncarnation, neverHeld } from './other-incarnation.js';
import { guessEntryBytes, readStream } from './read-stream.js';
import {
  accountFor,
  gapsAtStart,
  gapsOf,
  parseStreamPosition,
  type StreamPosition,
  startOf,
  toStored,
} from './stream-account.js';
import { StreamMarks } from './stream-marks.js';
import type { StreamReader } from './stream-reader.js';

export interface StreamOptions {
  /** Maximum number of entries per read. */
  readonly readEntries: number;
  /** Approximate number of bytes per read, estimated by the size of the entries read before. */
  readonly readBytes: number;
  /** The rules for some keys. */
  readonly rules?: RuleBook;
  /** The direct path, if it is used. */
  readonly direct?: DirectReader | undefined;
}

/** Everything that the reads of one syncer share. */
interface Reads {
  readonly redis: Redis;
  readonly reader: StreamReader;
  /** The caller's own object: RedisSource.configure changes its limits. */
  readonly options: StreamOptions;
  /**
   * The parsed positions, by their stored form. A tailed stream is read up to a hundred times a second, each
   * time from the state of the read before: its position need not be parsed again.
   */
  readonly positions: WeakMap<Position, StreamPosition>;
  readonly expiryOf: ReturnType<typeof keyExpiry>;
}

/** Minimum number of bytes that a read reserves. */
const MIN_RESERVED = 16 * 1024;
/**
 * Entries added since the last read may be larger than those of that read. If the last read is longer ago
 * than this, in ms, there may be many of them, so a read of SOME entries first shows their size.
 */
const FRESH_MS = 60_000;
const SOME = 16;

/**
 * Syncs streams: every entry once, in order. Each read takes the entries and XINFO in one MULTI, at one
 * instant. So entries that Redis dropped before they were read can be counted exactly (see
 * stream-account.ts).
 */
export function streamSyncer(redis: Redis, options: StreamOptions): Syncer {
  const ordinary = ordinaryReader(redis);
  const reader = options.direct?.over(ordinary) ?? ordinary;
  const reads: Reads = { redis, reader, options, positions: new WeakMap(), expiryOf: keyExpiry() };
  return {
    keyType: 'stream',
    retire: () => [],
    withoutContent: (state) => state,
    isOtherThan: async (key, entryIds) => {
      const confirm = sameServers(redis, options.direct);
      const isOther = await neverHeld(redis, keyBytes(key), entryIds);
      await confirm();
      return isOther;
    },
    holdsAny: async (key, entryIds) => await holdsAny(redis, keyBytes(key), entryIds),
    read: (state, slice, budget) => readBatches(reads, state, slice, budget),
  };
}

async function* readBatches(
  { redis, reader, options, positions, expiryOf }: Reads,
  state: KeyState,
  slice: Slice,
  budget: ByteBudget,
): AsyncGenerator<Batch> {
  const key = keyBytes(state.key);
  const confirm = sameServers(redis, options.direct);
  const howExpiry = await expiryOf(await masterOf(redis, key).catch(throwRedisError()), key);
  const stored = (state.position && positions.get(state.position)) ?? parseStreamPosition(state.position);
  const rule = options.rules?.ruleFor(state.key, 'stream');
  const collection = messageCollectionOf(state);
  let position: StreamPosition | undefined = stored;
  /** The position in the earlier incarnation, once the stream is found to be another one. */
  let earlier = stored;
  let incarnation = state.incarnation;
  let rewound = false;
  let binary = stored?.binary ?? false;
  let lag = state.lag;
  let expiresAt = state.expiresAt;
  // 0 if no entry was read yet: the stream was empty, or the position comes from the previous engine.
  let entryBytes = stored?.entryBytes ?? 0;
  let isFresh = stored === undefined || Date.now() - state.lastSyncedAt.getTime() < FRESH_MS;
  // The first read of a slice reads the last entry once more, to check that this is still the same stream.
  let isAnchored = Boolean(stored?.digest);
  do {
    if (entryBytes === 0) entryBytes = await guessEntryBytes(redis, key);
    const count = Math.min(readCount(options, slice, entryBytes), isFresh ? Number.POSITIVE_INFINITY : SOME);
    isFresh = true;
    const held = await budget.reserve(Math.max(MIN_RESERVED, count * entryBytes));
    let give = () => held.release();
    let isYielded = false;
    try {
      const reading = await reader.read({
        key,
        after: position?.entryId ?? BEFORE_FIRST,
        count,
        isAnchored,
        marks: position?.marks,
        isBinary: binary,
        state,
        incarnation,
        rule,
        expiry: howExpiry,
      });
      if (!reading) return;
      const { info, messages, last } = reading;
      give = () => {
        held.release();
        reading.release();
      };
      binary = reading.isBinary;
      const reachedEnd = messages.count < count || last?.id === info.lastId;
      const wasAnchored = isAnchored;
      isAnchored = false;
      const start = position ?? startOf(info);
      const account = accountFor(start, info, messages.count, reachedEnd);
      const expiry = settledExpiry(howExpiry, expiresAt, reading.expiresAt);
      const hadGroups = position?.hadGroups === true || info.groups > 0;
      const differs =
        messages.count > 0 ||
        account.missing !== 0 ||
        account.lag !== lag ||
        expiry !== expiresAt ||
        hadGroups !== position?.hadGroups;
      if (position) {
        const isOther =
          isOtherIncarnation(position, reading, account, wasAnchored) ||
          // This check is expensive, so it runs only if nothing was read, and before a loss is reported.
          ((messages.count === 0 || account.missing > 0) && !(await holdsMarks(redis, key, position)));
        if (isOther) {
          // A replica that lags behind would seem to hold another stream.
          await confirm();
          earlier = position;
          position = undefined;
          rewound = true;
          incarnation++;
          continue; // read again from the start, as the next incarnation
        }
        if (!differs) return;
      }
      lag = account.lag;
      expiresAt = expiry;
      const { bytes } = messages;
      if (last) entryBytes = Math.ceil(bytes / messages.count);
      const gaps = position
        ? gapsOf(start, info, account.missing, incarnation, state.lastSyncedAt)
        : gapsAtStart(state, earlier, info, incarnation);
      position = {
        entryId: last?.id ?? start.entryId,
        consumed: account.consumed,
        settledId: account.isSettled ? (last?.id ?? start.entryId) : start.settledId,
        droppedBeforeStart: start.droppedBeforeStart,
        lastId: info.lastId,
        added: info.added ?? null,
        digest: last?.digest ?? position?.digest ?? '',
        length: info.length,
        firstId: info.firstId ?? null,
        marks: reading.marks.from(info.firstId),
        entryBytes,
        binary,
        hadGroups,
      };
      const storable = toStored(position);
      positions.set(storable, position);
      slice.spend(messages.count, bytes);
      held.resize(bytes);
      isYielded = true;
      yield {
        writes: messages.count > 0 ? [{ kind: 'insert', collection, messages }] : [],
        ...(rewound ? { rewound } : {}),
        position: storable,
        entries: messages.count,
        bytes,
        lag,
        gaps,
        expiresAt,
        changed: messages.count > 0 || gaps.length > 0,
        release: give,
      };
      rewound = false;
      if (reachedEnd) return;
    } finally {
      if (!isYielded) give();
    }
    // A new incarnation is read at least once, even if the slice is spent.
  } while (rewound || !slice.isSpent());
}

/**
 * Number of entries for the next read: as many as fit into readBytes by the last known size, at most
 * readEntries.
 */
function readCount(options: StreamOptions, slice: Slice, entryBytes: number): number {
  const bySize = Math.floor(options.readBytes / Math.max(1, entryBytes));
  return Math.max(1, Math.min(bySize, options.readEntries, slice.entriesLeft));
}

/**
 * The ordinary path: ioredis parses the reply to strings, which become documents, which the driver encodes as
 * BSON.
 */
function ordinaryReader(redis: Redis): StreamReader {
  return {
    async read(request) {
      const { key, after, count, isAnchored, isBinary, state, incarnation, rule, marks: known } = request;
      const from = isAnchored ? after : `(${after}`;
      const upTo = isAnchored ? count + 1 : count;
      const reading = await readStream(redis, key, from, upTo, isBinary, request.expiry);
      if (!reading) return undefined;
      const { info, expiresAt, binary } = reading;
      const anchor = isAnchored && reading.entries[0]?.[0] === after ? reading.entries[0] : undefined;
      const entries = anchor ? reading.entries.slice(1) : reading.entries;
      const last = entries.at(-1);
      const marks = StreamMarks.after(known);
      for (const entry of entries)
        if (marks.takesNext()) marks.put({ id: entry[0], digest: digestOf(entry) });
      return {
        info,
        expiresAt,
        anchorDigest: anchor && digestOf(anchor),
        messages: documentsByRule(state, incarnation, entries, rule),
        last: last && { id: last[0], digest: digestOf(last) },
        marks,
        isBinary: binary,
        release: () => {},
      };
    },
  };
}
