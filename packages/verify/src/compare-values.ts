import { createHash, type Hash, hash } from 'node:crypto';
import type { Item, ValueType } from '@redis-to-mongo/key-types';
import {
  type MirroredValue,
  readMirroredValue,
  refusedItems,
  refusedValue,
} from '@redis-to-mongo/mongo-sink';
import { type KeyState, keyBytes } from '@redis-to-mongo/pipeline';
import { readItems } from '@redis-to-mongo/redis-source';
import { compareExpiry, type Expiry, expiryOf } from './compare-expiry.js';
import { type Difference, isEqual } from './difference.js';
import { Problems } from './problems.js';
import type { Database, RedisClient } from './sides.js';

/**
 * Compares a value in Redis with its value in MongoDB: the content byte for byte (by digests), size, expiry
 * times, incarnation and stream. A refused value is compared with its dead letter. Memory: 100 bytes per
 * member.
 */
export async function compareValues(
  redis: RedisClient,
  db: Database,
  type: ValueType,
  state: KeyState,
): Promise<Difference> {
  const stored = await readMirroredValue(db, type.names.keyType, state);
  const source: SourceValue = {
    type,
    items: () => readItems(redis, type, keyBytes(state.key)),
    expiry: () => expiryOf(redis, state.key),
  };
  if (state.counts.dead === 0) return await compareValue(source, state, stored, []);
  const dead = await refusedItems(db, type.names.keyType, state);
  const found = await compareValue(source, state, stored, dead);
  if (isEqual(found)) return found;
  const refused = await refusedValue(db, type.names.keyType, state);
  return refused ? await compareValue(source, state, refused, dead) : found;
}

/** A value in Redis. */
export interface SourceValue {
  readonly type: ValueType;
  items(): AsyncIterable<Item> | Iterable<Item>;
  expiry(): Promise<Expiry> | Expiry;
}

/**
 * Compares a value that was read from MongoDB with its value in Redis, as compareValues.
 * @param dead the items that MongoDB refused; `undefined` if they are not known.
 */
export async function compareValue(
  source: SourceValue,
  state: KeyState,
  mirrored: MirroredValue | undefined,
  dead: readonly Item[] | undefined,
): Promise<Difference> {
  const { type } = source;
  const problems = new Problems();
  if (!mirrored?.active) {
    problems.addMissing('no value in MongoDB');
    return problems.difference();
  }
  const refused = new Set(dead?.map(fingerprintOf));
  const here = await summary(type, source.items(), refused);
  problems.addCompared(here.count);
  if (mirrored.hasItems && dead) {
    const there = await summary(type, mirrored.items(), refused);
    const { problem } = diff(type, here, there, mirrored.left, refused);
    if (problem !== undefined) problems.addDifferent(problem);
  }
  if (problems.difference().different === 0 && Number(mirrored.size) !== here.count)
    problems.addDifferent(`its size is ${here.count}, not ${Number(mirrored.size)}`);
  if (mirrored.incarnation !== state.incarnation) problems.addDifferent('of another incarnation');
  if (mirrored.stream !== state.stream || mirrored.type !== state.type)
    problems.addDifferent('belongs to another stream');
  compareExpiry(await source.expiry(), [mirrored.expiresAt, state.expiresAt], true, problems);
  return problems.difference();
}

/**
 * For a value without order: the fingerprints of all items, and the number of repeated items. Else one
 * digest.
 */
type Summary = { readonly count: number } & (
  | { readonly fingerprints: ReadonlySet<string>; readonly again: number }
  | { readonly digest: string }
);

/** @param refused fingerprints of items that MongoDB refused. In a list, they are left out on both sides. */
async function summary(
  type: ValueType,
  items: AsyncIterable<Item> | Iterable<Item>,
  refused: ReadonlySet<string>,
): Promise<Summary> {
  const { order } = type.shape;
  if (order === 'hashed') {
    const fingerprints = new Set<string>();
    let given = 0;
    for await (const item of items) {
      fingerprints.add(fingerprintOf(item));
      given++;
    }
    return { count: fingerprints.size, fingerprints, again: given - fingerprints.size };
  }
  const digest = createHash('sha256');
  return order === 'sliding'
    ? await summaryOfList(digest, items, refused)
    : await summaryOfBytes(digest, items, type.stored.normal);
}

async function summaryOfList(
  digest: Hash,
  items: AsyncIterable<Item> | Iterable<Item>,
  refused: ReadonlySet<string>,
): Promise<Summary> {
  let count = 0;
  for await (const item of items) {
    const fingerprint = fingerprintOf(item);
    if (!refused.has(fingerprint)) digest.update(fingerprint);
    count++;
  }
  return { count, digest: digest.digest('hex') };
}

/** Summarizes a value that is read in pieces of any size. @param normal normalizes the whole value. */
async function summaryOfBytes(
  digest: Hash,
  items: AsyncIterable<Item> | Iterable<Item>,
  normal: ValueType['stored']['normal'],
): Promise<Summary> {
  const whole: Buffer[] = [];
  let count = 0;
  for await (const item of items)
    for (const piece of item) {
      count += piece.length;
      if (normal) whole.push(piece);
      else digest.update(piece);
    }
  if (normal) digest.update(normal(Buffer.concat(whole)));
  return { count, digest: digest.digest('hex') };
}

/**
 * @param left number of fields that a rule left out: exactly this many must be missing.
 * @param refused fingerprints of items that MongoDB refused: these may be missing.
 */
function diff(type: ValueType, here: Summary, there: Summary, left: number, refused: ReadonlySet<string>) {
  if ('fingerprints' in here && 'fingerprints' in there) {
    const lacking = [...here.fingerprints].filter((fingerprint) => !there.fingerprints.has(fingerprint));
    // SSCAN and similar commands can return an item twice; MongoDB returns each stored item once.
    const surplus = there.count + there.again - (here.count - lacking.length);
    const unknown = lacking.filter((fingerprint) => !refused.has(fingerprint)).length;
    if (unknown === left && surplus === 0) return {};
    return {
      problem: `${unknown} ${type.names.parts} lacking, ${surplus} too many${left > 0 ? `, ${left} left out` : ''}`,
    };
  }
  if ('digest' in here && 'digest' in there && here.digest === there.digest) return {};
  const what = type.names.parts;
  return {
    problem:
      here.count === there.count
        ? `other ${what} than in Redis`
        : `${there.count} ${what}, ${here.count} in Redis`,
  };
}

/** Ignores empty parts at the end of an item (no expiry time), which are not always reported. */
function fingerprintOf(item: Item): string {
  const kept = item.slice(0, item.findLastIndex((buffer, i) => i < 2 || buffer.length > 0) + 1);
  const framed = kept.flatMap((buffer) => [Buffer.from(`${buffer.length}:`), buffer]);
  return hash('sha256', Buffer.concat(framed), 'base64');
}
