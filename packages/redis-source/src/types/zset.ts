import { SyncError, type Syncer, storedText, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { itemsOf, scanPages } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ValueType } from '../values/value-type.js';

const pages = scanPages('ZSCAN', 2);

export const ZSET: ValueType = {
  names: { keyType: 'zset', collection: 'zsets', memberCollection: 'zset_members' },
  source: {
    size: { command: 'ZCARD', of: 'items' },
    whole: {
      command: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
      items: (reply) => itemsOf('ZRANGE', reply, 2).map(withShortScore),
    },
    async *pages(client, key, count) {
      for await (const items of pages(client, key, count)) yield items.map(withShortScore);
    },
  },
  shape: {
    order: 'hashed',
    inline: {
      document: (items) => ({ members: [...(items ?? [])].sort(byScore).map(unit) }),
      fields: ['members'],
    },
    unit: { document: unit, cut: 0 },
  },
};

export const zsetGuarantee = `What \`zsets\` shows is a state that the sorted set really had, in its order: by score, then by the members' bytes. \`score\`
is the very same double that Redis holds; where JSON has no number for it, \`scoreText\` holds it as Redis reads it back
(\`inf\`, \`-inf\`, \`-0\`). Above the limits each member is a document in \`zset_members\`, changed by difference; sort
them by \`score\` and \`member\`.`;

/** Sorted sets. */
export function zsetSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer(ZSET, redis, options);
}

/** ZRANGE and ZSCAN write the same double differently: here it is the shortest text that reads back to it. */
function withShortScore([member, score]: Item): Item {
  return [member ?? Buffer.alloc(0), Buffer.from(textOfScore(readScore(score)))];
}

function readScore(score: Buffer | undefined): number {
  const text = String(score);
  const value =
    text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
  if (Number.isNaN(value)) throw new SyncError('REDIS_REPLY', 'unknown', 'ZSCAN: a score is not a number');
  return value;
}

function textOfScore(score: number): string {
  if (Number.isFinite(score)) return Object.is(score, -0) ? '-0' : String(score);
  return score > 0 ? 'inf' : '-inf';
}

function unit([member, scoreText]: Item): ValueDocument {
  const score = readScore(scoreText);
  const isPlain = Number.isFinite(score) && !Object.is(score, -0);
  return {
    member: storedText(member ?? Buffer.alloc(0)),
    score,
    ...(isPlain ? {} : { scoreText: textOfScore(score) }),
  };
}

function byScore([a = Buffer.alloc(0), scoreA]: Item, [b = Buffer.alloc(0), scoreB]: Item): number {
  const [one, other] = [readScore(scoreA), readScore(scoreB)];
  return one < other ? -1 : one > other ? 1 : Buffer.compare(a, b);
}
