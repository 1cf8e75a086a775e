import type { SyncReport } from '@redis-to-mongo/pipeline';
import { trimStream } from '@redis-to-mongo/redis-source';
import { lineForTests } from '@redis-to-mongo/test-kit';
import { describe, expect, it, vi } from 'vitest';

const under = lineForTests();

const ALL = { mode: 'on', keepEntries: 0, keepMs: 0 } as const;

/** An entry of which nothing is remembered. */
const at = (entryId: string) => ({ entryId, digest: '' });

function syncedIn({ state }: SyncReport) {
  return { entryId: String(state?.position?.entryId), digest: String(state?.position?.digest) };
}

/** Adds entries `1-0` … `n-0`. */
async function fill(key: string, entries: number): Promise<void> {
  for (let ms = 1; ms <= entries; ms++) await under.redis.xadd(key, `${ms}-0`, 'n', String(ms));
}

async function first(key: string): Promise<string | undefined> {
  return (await under.redis.xrange(key, '-', '+', 'COUNT', 1))[0]?.[0];
}

describe('trimming by checkpoint', () => {
  it('frees what is in MongoDB, and nothing behind the position', async () => {
    await fill('plain', 20);
    const report = await under.sync('plain', { entries: 12 });
    const syncedId = String(report.state?.position?.entryId);
    expect(syncedId).toBe('12-0');
    expect(await trimStream(under.redis, 'plain', syncedIn(report), ALL)).toEqual({
      freed: 11,
      isIncomplete: false,
    });
    expect(await first('plain')).toBe('12-0');
    const rest = await under.sync('plain');
    expect(rest).toMatchObject({ seen: 8, gaps: [] });
    expect(await under.messages('plain')).toHaveLength(20);
  });

  it('leaves a stream alone that was made anew since it was synced: nothing of it is in MongoDB', async () => {
    await fill('anew', 20);
    await under.sync('anew');
    await under.redis.del('anew');
    await fill('anew', 10);
    expect(await trimStream(under.redis, 'anew', at('20-0'), ALL)).toEqual({ freed: 0, isIncomplete: false });
  });

  it('leaves a stream alone that another one was renamed to since, whatever its ids', async () => {
    await fill('renamed', 20);
    const synced = syncedIn(await under.sync('renamed'));
    for (let ms = 5; ms <= 40; ms++) await under.redis.xadd('other', `${ms}-0`, 'other', String(ms));
    await under.redis.rename('other', 'renamed');
    expect(await trimStream(under.redis, 'renamed', synced, ALL)).toEqual({ freed: 0, isIncomplete: false });
    expect(await under.sync('renamed')).toMatchObject({ seen: 36, gaps: [] });
  });

  it('keeps the newest entries, and the young ones', async () => {
    await fill('kept', 20);
    expect(await trimStream(under.redis, 'kept', at('20-0'), { ...ALL, keepEntries: 5 })).toMatchObject({
      freed: 15,
    });
    expect(await first('kept')).toBe('16-0');
    expect(await trimStream(under.redis, 'kept', at('20-0'), { ...ALL, keepEntries: 5 })).toMatchObject({
      freed: 0,
    });
    const now = await under.redis.xadd('young', '*', 'a', '1');
    await under.redis.xadd('young', '*', 'a', '2');
    expect(
      await trimStream(under.redis, 'young', at('99999999999999-0'), { ...ALL, keepMs: 60_000 }),
    ).toMatchObject({
      freed: 0,
    });
    expect(await first('young')).toBe(now);
  });

  it.each([
    [2_500, 'many'],
    [12_500, 'most'],
  ])('keeps the newest %i of 13,000 entries', async (keepEntries, key) => {
    await under.add(key, 1, 13_000);
    expect(await trimStream(under.redis, key, at('13000-0'), { ...ALL, keepEntries })).toEqual({
      freed: 13_000 - keepEntries,
      isIncomplete: false,
    });
    expect(await under.redis.xlen(key)).toBe(keepEntries);
    expect(await first(key)).toBe(`${13_000 - keepEntries + 1}-0`);
  });

  it('holds nobody up, however many entries it keeps', async () => {
    for (let from = 1; from < 200_000; from += 10_000) await under.add('long', from, from + 9_999);
    await under.redis.config('RESETSTAT');
    await trimStream(under.redis, 'long', at('200000-0'), { ...ALL, keepEntries: 190_000 });
    const stats = await under.redis.info('commandstats');
    expect(await under.redis.xlen('long')).toBe(190_000);
    expect(Number(/^cmdstat_eval:.*_per_call=([\d.]+)/m.exec(stats)?.[1])).toBeLessThan(100_000);
  });

  it('frees many entries in steps, so that Redis serves others meanwhile', async () => {
    for (let from = 1; from < 100_000; from += 10_000) await under.add('backlog', from, from + 9_999);
    await under.redis.config('RESETSTAT');
    expect(await trimStream(under.redis, 'backlog', at('99999-0'), ALL)).toEqual({
      freed: 99_998,
      isIncomplete: false,
    });
    expect(await first('backlog')).toBe('99999-0');
    const calls = /^cmdstat_xtrim:calls=(\d+)/m.exec(await under.redis.info('commandstats'))?.[1];
    expect(Number(calls)).toBeGreaterThan(10);
  });

  it('keeps the young ones by the clock of Redis, however wrong that of the worker is', async () => {
    const ids = ['1', '2'].map(async (n) => await under.redis.xadd('clock', '*', 'n', n));
    await Promise.all(ids);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    const report = await trimStream(under.redis, 'clock', at('99999999999999-0'), { ...ALL, keepMs: 60_000 });
    vi.useRealTimers();
    expect(report).toEqual({ freed: 0, isIncomplete: false });
    expect(await under.redis.xlen('clock')).toBe(2);
  });

  it('never goes beyond what every consumer group was delivered and has acknowledged', async () => {
    await fill('groups', 20);
    await under.redis.xgroup('CREATE', 'groups', 'slow', '0');
    await under.redis.xgroup('CREATE', 'groups', 'fast', '0');
    expect(await trimStream(under.redis, 'groups', at('20-0'), ALL)).toMatchObject({ freed: 0 });
    await under.redis.xreadgroup('GROUP', 'fast', 'me', 'COUNT', 20, 'STREAMS', 'groups', '>');
    await under.redis.xreadgroup('GROUP', 'slow', 'me', 'COUNT', 10, 'STREAMS', 'groups', '>');
    expect(await trimStream(under.redis, 'groups', at('20-0'), ALL)).toMatchObject({ freed: 0 });
    const upTo = (n: number) => Array.from({ length: n }, (_, i) => `${i + 1}-0`);
    await under.redis.xack('groups', 'fast', ...upTo(20));
    await under.redis.xack('groups', 'slow', ...upTo(4));
    expect(await trimStream(under.redis, 'groups', at('20-0'), ALL)).toMatchObject({ freed: 4 });
    expect(await first('groups')).toBe('5-0');
    await under.redis.xack('groups', 'slow', ...upTo(10));
    expect(await trimStream(under.redis, 'groups', at('20-0'), ALL)).toMatchObject({ freed: 5 });
    expect(await first('groups')).toBe('10-0');
  });

  it('orders ids by number, also where they differ in their digits', async () => {
    for (const id of ['9-9', '9-10', '10-0', '11-0']) await under.redis.xadd('digits', id, 'a', '1');
    expect(await trimStream(under.redis, 'digits', at('10-0'), ALL)).toMatchObject({ freed: 2 });
    expect(await first('digits')).toBe('10-0');
  });

  it('in a dry run reports what it would free, and frees nothing', async () => {
    await fill('dry', 10);
    expect(await trimStream(under.redis, 'dry', at('8-0'), { ...ALL, mode: 'dry-run' })).toEqual({
      freed: 7,
      isIncomplete: false,
    });
    expect(await under.redis.xlen('dry')).toBe(10);
  });
});
