import { Command, type Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, describeConformance } from './conformance.js';
import { hexOf, storedValue } from './stored-value.js';
import { type ValueUnderTest, valueUnderTest } from './value-under-test.js';

const NAMES = { collection: 'zsets', memberCollection: 'zset_members' };

const ZSET: Conformance = {
  keyType: 'zset',
  sizes: { many: 60, huge: 120 },
  stored: NAMES,
  fill: (redis, key, items) =>
    redis.zadd(key, ...Array.from({ length: items }, (_, i) => [i / 7, `member ${i}`]).flat()),
  fillHard: (redis, key) =>
    redis.zadd(
      key,
      ...['inf', Buffer.from([0xff, 0x00]), '-inf', '', '-0', 'minus zero', '0', 'zero', '0.1', 'a tenth'],
      ...['5e-324', 'smallest', '1.7976931348623157e308', 'largest', '9007199254740993', 'beyond 2^53'],
      ...['3', 'b', '3', 'a', '3', Buffer.from([0x61, 0xff])],
    ),
  change: (redis, key, number) =>
    redis
      .multi()
      .zadd(key, number + 0.5, 'member 5', 1e17 + number, `new ${number}`)
      .zrem(key, `new ${number - 1}`)
      .exec(),
  ofRedis,
  ofMongo,
};

describeConformance(ZSET);

/** In the sorted set's order, scores by the bits of their doubles. */
async function ofRedis(redis: Redis, key: string): Promise<string[] | null> {
  const reply = await redis.sendCommand(
    new Command('ZRANGE', [key, '0', '-1', 'WITHSCORES'], { replyEncoding: null }),
  );
  if (!Array.isArray(reply)) throw new Error('ZRANGE: not a list');
  const flat: unknown[] = reply.flat();
  const members: string[] = [];
  for (let i = 0; i < flat.length; i += 2)
    members.push(`${hexOf(flat[i])} ${bits(Number(String(flat[i + 1]).replace('inf', 'Infinity')))}`);
  return members.length === 0 ? null : members;
}

async function ofMongo(db: Db, key: string): Promise<string[] | null> {
  const stored = await storedValue(db, NAMES, key);
  if (!stored) return null;
  const members: Document[] = stored.elements?.sort(byScore) ?? stored.manifest.members;
  if (members.length !== stored.manifest.size) throw new Error(`${key}: the size is not that of its members`);
  return members.map(({ member, score }) => `${hexOf(member)} ${bits(score)}`);
}

function byScore(a: Document, b: Document): number {
  return (
    a.score - b.score ||
    Buffer.compare(Buffer.from(hexOf(a.member), 'hex'), Buffer.from(hexOf(b.member), 'hex'))
  );
}

function bits(score: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(score);
  return bytes.toString('hex');
}

describe('zset: its own', () => {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest();
  });
  afterAll(async () => {
    await under.close();
  });

  it('scores that JSON has no number for are text too, and read back to the same double', async () => {
    // In its compact form, of small sorted sets, Redis itself makes -0 a 0.
    await under.redis.config('SET', 'zset-max-listpack-entries', '0');
    await under.redis.zadd('scores', 'inf', 'd', '-inf', 'a', '-0', 'b', '0.1', 'c');
    await under.sync('scores');
    const { members } = await under.manifest('zsets', 'scores');
    expect(members).toEqual([
      { member: 'a', score: Number.NEGATIVE_INFINITY, scoreText: '-inf' },
      { member: 'b', score: -0, scoreText: '-0' },
      { member: 'c', score: 0.1 },
      { member: 'd', score: Number.POSITIVE_INFINITY, scoreText: 'inf' },
    ]);
    for (const { member, scoreText } of members)
      if (scoreText) await under.redis.zadd('back', scoreText, member);
    expect(await under.redis.zmscore('back', 'a', 'b', 'd')).toEqual(
      await under.redis.zmscore('scores', 'a', 'b', 'd'),
    );
  });

  it('a score that changes in a large one costs the member that it belongs to', async () => {
    await ZSET.fill(under.redis, 'ranking', 1000);
    await under.sync('ranking');
    under.writes.take();
    await under.redis.zincrby('ranking', 0.1, 'member 17');
    await under.sync('ranking');
    expect(under.writes.take().zset_members).toBe(2);
    expect(await ofMongo(under.db, 'ranking')).toEqual(await ofRedis(under.redis, 'ranking'));
  });
});
