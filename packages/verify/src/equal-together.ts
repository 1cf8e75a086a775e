import { isValueType, VALUE_TYPES } from '@redis-to-mongo/key-types';
import {
  type MirroredEntry,
  messageCollections,
  messagesOfStreams,
  mirroredValues,
  readKeys,
} from '@redis-to-mongo/mongo-sink';
import {
  ByteBudget,
  bulksOf,
  compareEntryIds,
  type KeyState,
  type KeyType,
  keyBytes,
  keyName,
  type RuleBook,
  SyncError,
} from '@redis-to-mongo/pipeline';
import { masterOf, pipelined, redisError } from '@redis-to-mongo/redis-connection';
import {
  expiryDate,
  keyExpiry,
  parseStreamPosition,
  type SmallItems,
  type SmallReader,
  smallItemsReader,
} from '@redis-to-mongo/redis-source';
import { compareExpiry, type Expiry } from './compare-expiry.js';
import { entryProblem } from './compare-stream.js';
import { compareValue } from './compare-values.js';
import { type Difference, isEqual } from './difference.js';
import { Problems } from './problems.js';
import type { Sides } from './sides.js';
import type { SourceEntry } from './source-stream.js';

/** A stream with more entries in Redis, or with more messages ever, is compared alone. */
const MOST_ENTRIES = 100;
const MOST_MESSAGES = 1000;
/** Limits of the streams that are read together: their bytes, as their last runs measured them. */
const STREAM_BYTES = 2 * 1024 * 1024;
const STREAMS_AT_ONCE = 100;
/** Maximum number of bytes of the values of all groups. */
const VALUE_BYTES = 16 * 1024 * 1024;

/** A key that is equal on both sides. */
export type EqualKey = Difference & { readonly key: string; readonly type: KeyType };

/**
 * Compares small values and short streams of many keys with a few commands, and finds those that are equal.
 * It says nothing about the others: each has to be compared alone, which also shows how it differs.
 */
export class EqualTogether {
  readonly #small: SmallReader<SmallItems>;
  readonly #budget = new ByteBudget(VALUE_BYTES);
  readonly #expiry = keyExpiry();

  constructor(
    private readonly sides: Sides,
    private readonly types: readonly KeyType[],
    private readonly rules: RuleBook,
  ) {
    const values = VALUE_TYPES.filter(({ names }) => types.includes(names.keyType));
    this.#small = smallItemsReader(sides.redis, values);
  }

  /** @throws SyncError of class transient or configuration. */
  async among(keys: readonly string[]): Promise<readonly EqualKey[]> {
    try {
      const states = (await readKeys(this.sides.db, keys)).filter(
        ({ status, counts, keyType }) =>
          status === 'active' && counts.dead === 0 && this.types.includes(keyType),
      );
      const values = states.filter(({ keyType }) => isValueType(keyType));
      const streams = states.filter((state) => state.keyType === 'stream' && isShort(state));
      return [...(await this.#equalValues(values)), ...(await this.#equalStreams(streams))];
    } catch (error) {
      // It may be about one of the keys: comparing each alone shows which.
      if (error instanceof SyncError && error.errorClass !== 'unknown') throw error;
      return [];
    }
  }

  async #equalValues(states: readonly KeyState[]): Promise<EqualKey[]> {
    const equal: EqualKey[] = [];
    for (let left = states; left.length > 0; ) {
      const reading = await this.#small.read(
        left.map(({ key }) => key),
        this.#budget,
      );
      try {
        const here = new Map<KeyState, SmallItems>();
        for (const [i, state] of left.entries()) {
          const found = reading.found[i];
          if (typeof found === 'object' && found.type.names.keyType === state.keyType) here.set(state, found);
        }
        for await (const [state, mirrored] of mirroredValues(this.sides.db, [...here.keys()])) {
          const { key, keyType } = state;
          const value = here.get(state);
          const compared = value && (await compareValue(value, state, mirrored, []));
          if (compared && isEqual(compared)) equal.push({ key, type: keyType, ...compared });
        }
        left = left.filter((_, i) => reading.found[i] === 'later');
      } finally {
        reading.release();
      }
    }
    return equal;
  }

  async #equalStreams(states: readonly KeyState[]): Promise<EqualKey[]> {
    const equal: EqualKey[] = [];
    const limits = { sizeOf: bytesOf, size: STREAM_BYTES, count: STREAMS_AT_ONCE };
    for (const some of bulksOf(states, limits)) {
      const streams = await this.#readStreams(some);
      const collections = some.flatMap((state) => [...messageCollections(state, this.rules.rules)]);
      for await (const { state, entry } of messagesOfStreams(this.sides.db, [...streams.keys()], collections))
        streams.get(state)?.take(entry);
      for (const [{ key }, stream] of streams) {
        const compared = stream.difference();
        if (isEqual(compared)) equal.push({ key, type: 'stream', ...compared });
      }
    }
    return equal;
  }

  /** The streams that could be read, and are short. */
  async #readStreams(states: readonly KeyState[]): Promise<ReadonlyMap<KeyState, ShortStream>> {
    const { redis } = this.sides;
    const [first] = states;
    const streams = new Map<KeyState, ShortStream>();
    if (!first) return streams;
    try {
      const server = await masterOf(redis, keyBytes(first.key));
      const expiry = await this.#expiry(server, keyBytes(first.key));
      const ask = async (queue: Parameters<typeof pipelined<KeyState>>[3]) =>
        await pipelined(redis, states, ({ key }) => keyName(key), queue);
      const [entries, times] = await Promise.all([
        ask((pipeline, { key }) => pipeline.xrangeBuffer(keyName(key), '-', '+', 'COUNT', MOST_ENTRIES + 1)),
        ask((pipeline, { key }) => pipeline.call(expiry.command, keyName(key))),
      ]);
      for (const [i, state] of states.entries()) {
        const [wrong, found] = entries[i] ?? [];
        const [unknown, time] = times[i] ?? [];
        if (wrong || unknown || !isShortReply(found)) continue;
        const read = found.map(([id, flat]) => ({ entryId: String(id), flat }));
        const at = { at: expiryDate(expiry, time), isExact: expiry.command === 'PEXPIRETIME' };
        streams.set(state, new ShortStream(state, read, at));
      }
      return streams;
    } catch (error) {
      throw redisError(error);
    }
  }
}

/** A stream that was read whole. Its messages in MongoDB are compared with it as they come, in stream order. */
class ShortStream {
  readonly #problems = new Problems();
  #next = 0;

  constructor(
    private readonly state: KeyState,
    private readonly entries: readonly SourceEntry[],
    private readonly expiry: Expiry,
  ) {}

  /** @param message `undefined` for a message that should not be there. */
  take(message: MirroredEntry | undefined): void {
    const entry = this.entries[this.#next];
    // Redis has dropped the entries before its first one.
    if (this.#next === 0 && entry && message && compareEntryIds(message.entryId, entry.entryId) < 0) return;
    const isSame = entry && message?.entryId === entry.entryId && entryProblem(entry, message) === undefined;
    if (isSame) this.#next++;
    else this.#problems.addDifferent('other messages');
  }

  /** What the comparison has found, once all messages were taken. */
  difference(): Difference {
    this.#problems.addCompared(this.#next);
    compareExpiry(this.expiry, [this.state.expiresAt], false, this.#problems);
    if (this.#next < this.entries.length) this.#problems.addMissing('messages');
    return this.#problems.difference();
  }
}

/** Whether a stream was short, in Redis and in MongoDB, when it was last read. */
function isShort({ position, counts }: KeyState): boolean {
  const { length = 0 } = parseStreamPosition(position) ?? {};
  return length <= MOST_ENTRIES && counts.seen <= MOST_MESSAGES;
}

function bytesOf({ key, position, counts }: KeyState): number {
  const { entryBytes = 0 } = parseStreamPosition(position) ?? {};
  return key.length + entryBytes * counts.seen;
}

/** Whether XRANGE answered with some entries, and with all. A missing key has none. */
function isShortReply(reply: unknown): reply is [id: Buffer, flat: Buffer[]][] {
  return Array.isArray(reply) && reply.length > 0 && reply.length <= MOST_ENTRIES;
}
