import type { Item, ValueType } from '@redis-to-mongo/key-types';
import {
  type Batch,
  type ByteBudget,
  dateOf,
  type KeyState,
  keyBytes,
  type Reservation,
  type Slice,
  type SmallValue,
  type Syncer,
  type Write,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { type ExpectedSize, expectedSize } from './expected-size.js';
import { type FirstReading, firstReading } from './first-reading.js';
import { ItemReader } from './item-reader.js';
import { RuledTypes } from './ruled-types.js';
import { isGone, serverSource } from './server-source.js';
import type { SmallForm } from './small-reader.js';
import { MOST_BYTES } from './small-script.js';
import { type ValueOptions, type ValueSettings, withDefaults, withRule } from './value-options.js';
import { type PassResult, ValuePass } from './value-pass.js';
import { parseValuePosition, toPosition, type ValuePosition } from './value-position.js';
import { ValueWrites } from './value-writes.js';

/** A large value becomes one document again only below this share of the limits, to prevent flapping. */
const SHRINK_BELOW = 0.8;
/** Maximum number of first readings in pages, if the value changes during each. */
const MOST_READINGS = 3;
/** Approximate number of bytes that BSON adds to an item of a small value. */
const ITEM_WEIGHT = 40;
/** Number of bytes per element that the comparison needs, besides the elements that are added. */
const COMPARE_BYTES = 60;

export interface ValueSyncer extends Syncer, SmallForm<SmallValue> {}

/**
 * The syncer of a value type. It mirrors a state that the key really had: one document if the value is small,
 * otherwise one per member, of which only differences are written. An unchanged value costs no write.
 */
export function valueSyncer(type: ValueType, redis: Redis, options: ValueOptions): ValueSyncer {
  const defaults = withDefaults(options);
  const source = serverSource(type.source);
  const reader = new ItemReader(redis, source, defaults.scanCount);
  const { keyType } = type.names;
  const settingsOf = ({ key }: Pick<KeyState, 'key'>) =>
    withRule(defaults, options.rules?.ruleFor(key, keyType), keyType);
  const ruled = new RuledTypes(type, options.rules);
  const writesOf = (state: KeyState, settings: ValueSettings) =>
    new ValueWrites(ruled.typeFor(state.key), reader, settings, state);
  return {
    keyType,
    type,
    source,
    small: (reply, expiresAt, { same: isSameTime }) => ({
      keyType,
      isUnchanged: (state) => {
        const last = parseValuePosition(state.position);
        return (
          last?.form === 'inline' &&
          last.checksum !== undefined &&
          last.checksum === reply.checksum &&
          isSameTime(expiresAt, last.expiresAt) &&
          smallForm(type, settingsOf(state), last, last) === 'inline'
        );
      },
      after: (state) => {
        const last = parseValuePosition(state.position);
        const settings = settingsOf(state);
        const items = reply.items();
        const seen = seenWhole(type, items, expiresAt, reply.checksum);
        if (isGone(source, items) || smallForm(type, settings, seen, last) === 'members') return 'alone';
        const isTimeSame = last !== undefined && isSameTime(expiresAt, last.expiresAt);
        if (isTimeSame && isSame(seen, 'inline', last)) return undefined;
        const { write, position } = writesOf(state, settings).inline(state, seen, items, last);
        return { ...settledBatch(write, position(), seen.bytes), rule: write.rule };
      },
    }),
    retire: (state) => [writesOf(state, settingsOf(state)).gone(state)],
    withoutContent: (state) => {
      const last = parseValuePosition(state.position);
      if (!last) return state;
      return { ...state, position: toPosition({ ...last, digest: '', checksum: undefined }) };
    },
    isLarge: ({ position }) => {
      const last = parseValuePosition(position);
      return last !== undefined && (last.form === 'members' || last.bytes > MOST_BYTES);
    },
    read: (state, slice, budget) => {
      const settings = settingsOf(state);
      return readValue(
        ruled.typeFor(state.key),
        settings,
        reader,
        writesOf(state, settings),
        state,
        slice,
        budget,
      );
    },
  };
}

async function* readValue(
  type: ValueType,
  settings: ValueSettings,
  reader: ItemReader,
  writes: ValueWrites,
  state: KeyState,
  slice: Slice,
  budget: ByteBudget,
): AsyncGenerator<Batch> {
  const key = keyBytes(state.key);
  const last = parseValuePosition(state.position);
  const size = await expectedSize(type, settings, reader, key, last);
  const held = await budget.reserve(size.reserved);
  let isYielded = false;
  try {
    const seen = await readFirst(type, settings, reader, key, size, last);
    // The key was deleted after its type was read: its next job retires it.
    if (seen.isGone) return;
    const form = seen.kept ? smallForm(type, settings, seen, last) : 'members';
    if (
      seen.isWhole &&
      last &&
      isSame(seen, form, last) &&
      (await reader.sameExpiry(key, seen.expiresAt, last.expiresAt))
    )
      return;
    slice.spend(seen.items, seen.bytes);
    const made =
      form === 'inline' && seen.isWhole && seen.kept
        ? writes.inline(state, seen, seen.kept, last)
        : writes.members(state, seen, last);
    held.resize(form === 'inline' ? seen.bytes : COMPARE_BYTES * seen.items);
    isYielded = true;
    yield toBatch(made, settings.rule, seen, held);
  } finally {
    if (!isYielded) held.release();
  }
}

/** The result of a pass over a small value that was read whole. */
function seenWhole(
  type: ValueType,
  items: readonly Item[],
  expiresAt: number | null,
  checksum: string | undefined,
) {
  const pass = new ValuePass(type.shape, undefined);
  pass.addWhole(items);
  const { digest, bytes } = pass.end({ isWhole: true, isGone: false, expiresAt });
  const weight = bytes + ITEM_WEIGHT * items.length;
  const [frame, left] = [undefined, 0];
  return {
    isWhole: true,
    isGone: false,
    expiresAt,
    digest,
    items: items.length,
    bytes,
    frame,
    left,
    weight,
    checksum,
  };
}

interface Made {
  readonly write: Write;
  readonly position: () => ValuePosition;
}

/** The batch of a value whose position is known before it is written. */
function settledBatch(write: Write, position: ValuePosition, bytes: number): Batch {
  const expiresAt = position.expiresAt === null ? null : dateOf(position.expiresAt);
  const [entries, lag, gaps] = [1, 0, []];
  return {
    writes: [write],
    position: toPosition(position),
    entries,
    bytes,
    lag,
    gaps,
    changed: true,
    expiresAt,
  };
}

function toBatch(
  { write, position }: Made,
  rule: string | undefined,
  seen: PassResult,
  held: Reservation,
): Batch {
  return {
    writes: [write],
    rule,
    get position() {
      return toPosition(position());
    },
    // One version of the value, whatever its size.
    entries: 1,
    bytes: seen.bytes,
    lag: 0,
    gaps: [],
    changed: true,
    get expiresAt() {
      const { expiresAt } = position();
      return expiresAt === null ? null : dateOf(expiresAt);
    },
    release: () => held.release(),
  };
}

/**
 * Reads a small value whole; a larger one in pages, up to MOST_READINGS times, until all are of one state.
 */
async function readFirst(
  type: ValueType,
  settings: ValueSettings,
  reader: ItemReader,
  key: Buffer,
  { items, isSmall }: ExpectedSize,
  last: ValuePosition | undefined,
): Promise<FirstReading> {
  const limits = { items: itemLimit(type, settings), bytes: settings.maxInlineBytes };
  const take = (how: 'paged' | 'atomic') => firstReading(reader, type, how, key, items, last?.frame, limits);
  if (isSmall) return await take('atomic');
  for (let i = 1; ; i++) {
    const seen = await take('paged');
    if (seen.isWhole) return seen;
    if (i === MOST_READINGS) return seen.kept ? await take('atomic') : seen;
  }
}

function itemLimit({ source }: ValueType, settings: ValueSettings): number {
  return source.size?.of === 'items' ? settings.maxInlineMembers : Number.POSITIVE_INFINITY;
}

/** The form of a value whose items are all in memory. */
function smallForm(
  type: ValueType,
  settings: ValueSettings,
  seen: Pick<PassResult, 'items' | 'bytes'>,
  last: ValuePosition | undefined,
): ValuePosition['form'] {
  if (settings.membershipHistory && type.hasHistory) return 'members';
  const share = last?.form === 'members' ? SHRINK_BELOW : 1;
  const fits =
    seen.items <= share * itemLimit(type, settings) && seen.bytes <= share * settings.maxInlineBytes;
  return fits ? 'inline' : 'members';
}

function isSame(seen: PassResult, form: ValuePosition['form'], last: ValuePosition): boolean {
  return seen.digest === last.digest && seen.items === last.items && form === last.form;
}
