import { createHash, hash } from 'node:crypto';
import {
  type MirroredItem,
  type MirroredValue,
  readMirroredValue,
  refusedItems,
  refusedValue,
  type ValueKeyType,
} from '@redis-to-mongo/mongo-sink';
import { type KeyState, keyBytes } from '@redis-to-mongo/pipeline';
import { isFieldExpiryKnown } from '@redis-to-mongo/redis-source';
import { compareExpiry } from './compare-expiry.js';
import { type Difference, isEqual } from './difference.js';
import { Problems } from './problems.js';
import type { Database, RedisClient } from './sides.js';
import { sourceItems } from './source-items.js';

/**
 * Compares a value in Redis with what MongoDB holds of it: byte for byte, by digests, with its size, its times of expiry, and
 * what it belongs to. What MongoDB refused is compared with its dead letter. Memory: 100 bytes for each member.
 */
export async function compareValues(
  redis: RedisClient,
  db: Database,
  keyType: ValueKeyType,
  state: KeyState,
): Promise<Difference> {
  const stored = await readMirroredValue(db, keyType, state);
  const found = await compareWith(redis, db, keyType, state, stored);
  if (isEqual(found) || state.counts.dead === 0) return found;
  const refused = await refusedValue(db, keyType, state);
  return refused ? await compareWith(redis, db, keyType, state, refused) : found;
}

async function compareWith(
  redis: RedisClient,
  db: Database,
  keyType: ValueKeyType,
  state: KeyState,
  mirrored: MirroredValue | undefined,
): Promise<Difference> {
  const problems = new Problems();
  if (!mirrored?.active) {
    problems.addMissing('no value in MongoDB');
    return problems.difference();
  }
  const hasTimes = keyType === 'hash' && (await isFieldExpiryKnown(redis, keyBytes(state.key)));
  const parts = hasTimes ? 3 : 2;
  const dead = state.counts.dead > 0 ? await refusedItems(db, keyType, state) : [];
  const refused = new Set(dead?.map((item) => printOf(item.slice(0, parts))));
  const here = await summary(keyType, sourceItems(redis, keyType, state.key, hasTimes), parts, refused);
  problems.addCompared(here.count);
  if (mirrored.hasItems && dead) {
    const there = await summary(keyType, mirrored.items(), parts, refused);
    const { problem } = diff(keyType, here, there, mirrored.left, refused);
    if (problem !== undefined) problems.addDifferent(problem);
  }
  if (problems.difference().different === 0 && Number(mirrored.size) !== here.count)
    problems.addDifferent(`its size is ${here.count}, not ${Number(mirrored.size)}`);
  if (mirrored.incarnation !== state.incarnation) problems.addDifferent('of another life');
  if (mirrored.stream !== state.stream || mirrored.type !== state.type)
    problems.addDifferent('belongs to another stream');
  await compareExpiry(redis, state.key, [mirrored.expiresAt, state.expiresAt], true, problems);
  return problems.difference();
}

/** Prints of all items where the value has no order, else one digest of all. */
type Summary = { readonly count: number } & (
  | { readonly prints: ReadonlySet<string> }
  | { readonly digest: string }
);

/** @param refused prints of items that MongoDB refused: in a list they are left out, on both sides. */
async function summary(
  keyType: ValueKeyType,
  items: AsyncIterable<MirroredItem>,
  parts: number,
  refused: ReadonlySet<string>,
): Promise<Summary> {
  if (keyType === 'set' || keyType === 'zset' || keyType === 'hash') {
    const prints = new Set<string>();
    for await (const item of items) prints.add(printOf(item.slice(0, parts)));
    return { count: prints.size, prints };
  }
  const digest = createHash('sha256');
  const texts: Buffer[] = [];
  let count = 0;
  for await (const item of items) {
    if (keyType === 'list') {
      const print = printOf(item);
      if (!refused.has(print)) digest.update(print);
    } else if (keyType === 'json') texts.push(...item);
    // A string comes in pieces of any size.
    else for (const piece of item) digest.update(piece);
    count += keyType === 'list' ? 1 : (item[0]?.length ?? 0);
  }
  if (keyType === 'json') digest.update(withoutSpace(Buffer.concat(texts).toString('utf8')));
  return { count, digest: digest.digest('hex') };
}

/**
 * @param left fields that a rule left out: no more and no fewer may be lacking.
 * @param refused prints of items that MongoDB refused: they may be lacking.
 */
function diff(
  keyType: ValueKeyType,
  here: Summary,
  there: Summary,
  left: number,
  refused: ReadonlySet<string>,
): { problem?: string } {
  if ('prints' in here && 'prints' in there) {
    const lacking = [...here.prints].filter((print) => !there.prints.has(print));
    const surplus = there.count - (here.count - lacking.length);
    const unknown = lacking.filter((print) => !refused.has(print)).length;
    const what = keyType === 'hash' ? 'fields' : 'members';
    if (unknown === left && surplus === 0) return {};
    return {
      problem: `${unknown} ${what} lacking, ${surplus} too many${left > 0 ? `, ${left} left out` : ''}`,
    };
  }
  if ('digest' in here && 'digest' in there && here.digest === there.digest) return {};
  const what = keyType === 'list' ? 'items' : 'bytes';
  return {
    problem:
      here.count === there.count
        ? `other ${what} than in Redis`
        : `${there.count} ${what}, ${here.count} in Redis`,
  };
}

/** A JSON text without the space between its tokens, which says nothing and is not mirrored. */
function withoutSpace(text: string): string {
  return text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1');
}

function printOf(item: MirroredItem): string {
  const framed = item.flatMap((buffer) => [Buffer.from(`${buffer.length}:`), buffer]);
  return hash('sha256', Buffer.concat(framed), 'base64');
}
