import { createHash, hash } from 'node:crypto';
import {
  hasValueLetter,
  type MirroredItem,
  readMirroredValue,
  type ValueKeyType,
} from '@redis-to-mongo/mongo-sink';
import { type KeyState, keyBytes } from '@redis-to-mongo/pipeline';
import { isFieldExpiryKnown } from '@redis-to-mongo/redis-source';
import { compareExpiry } from './compare-expiry.js';
import type { Difference } from './difference.js';
import { Problems } from './problems.js';
import type { Database, RedisClient } from './sides.js';
import { sourceItems } from './source-items.js';

/**
 * Compares a value in Redis with what MongoDB holds of it: byte for byte, by digests, with its size, its times of expiry, and
 * what it belongs to. Memory: 100 bytes for each member.
 */
export async function compareValues(
  redis: RedisClient,
  db: Database,
  keyType: ValueKeyType,
  state: KeyState,
): Promise<Difference> {
  const problems = new Problems();
  if (state.counts.dead > 0 && (await hasValueLetter(db, state))) return problems.difference();
  const mirrored = await readMirroredValue(db, keyType, state);
  if (!mirrored?.active) {
    problems.addMissing('no value in MongoDB');
    return problems.difference();
  }
  const hasTimes = keyType === 'hash' && (await isFieldExpiryKnown(redis, keyBytes(state.key)));
  const parts = hasTimes ? 3 : 2;
  const here = await summary(keyType, sourceItems(redis, keyType, state.key, hasTimes), parts);
  const there = await summary(keyType, mirrored.items(), parts);
  problems.addCompared(here.count);
  const { problem } = diff(keyType, here, there, mirrored.left);
  if (problem !== undefined) problems.addDifferent(problem);
  else if (Number(mirrored.size) !== here.count)
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

async function summary(
  keyType: ValueKeyType,
  items: AsyncIterable<MirroredItem>,
  parts: number,
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
    if (keyType === 'list') digest.update(printOf(item));
    else if (keyType === 'json') texts.push(...item);
    // A string comes in pieces of any size.
    else for (const piece of item) digest.update(piece);
    count += keyType === 'list' ? 1 : (item[0]?.length ?? 0);
  }
  if (keyType === 'json') digest.update(withoutSpace(Buffer.concat(texts).toString('utf8')));
  return { count, digest: digest.digest('hex') };
}

/** @param left fields that a rule left out: no more and no fewer may be lacking. */
function diff(keyType: ValueKeyType, here: Summary, there: Summary, left: number): { problem?: string } {
  if ('prints' in here && 'prints' in there) {
    let lacking = 0;
    for (const print of here.prints) if (!there.prints.has(print)) lacking++;
    const surplus = there.count - (here.count - lacking);
    const what = keyType === 'hash' ? 'fields' : 'members';
    if (lacking === left && surplus === 0) return {};
    return {
      problem: `${lacking} ${what} lacking, ${surplus} too many${left > 0 ? `, ${left} left out` : ''}`,
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
