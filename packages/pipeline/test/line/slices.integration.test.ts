import { ByteBudget, firstState, type KeyState, placeOf, syncKey } from '@redis-to-mongo/pipeline';
import { lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

async function fill(key: string, entries: number, bytes: number): Promise<void> {
  const value = Buffer.alloc(bytes, 'v');
  for (let done = 0; done < entries; done += 100) {
    const pipeline = under.redis.pipeline();
    for (let i = done; i < Math.min(entries, done + 100); i++)
      pipeline.xadd(key, '*', 'n', String(i), 'v', value);
    await pipeline.exec();
  }
}

/** How many XRANGEs the server has answered. */
async function reads(): Promise<number> {
  const stats = await under.redis.info('commandstats');
  return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe('slices', () => {
  it('end at their entries, and the next one goes on where the last one ended', async () => {
    await fill('entries', 1000, 10);
    const seen: number[] = [];
    for (;;) {
      const report = await under.sync('entries', { entries: 300 });
      if (report.seen === 0) break;
      seen.push(report.seen);
    }
    expect(seen).toEqual([300, 300, 300, 100]);
    expect(await under.messages('entries')).toHaveLength(1000);
  });

  it('end at their bytes', async () => {
    await fill('bytes', 100, 10_000);
    const line = await under.line({ readBytes: 50_000 });
    const report = await syncKey(line, 'bytes', wholeSlice({ bytes: 200_000 }));
    expect(report.bytes).toBeLessThan(300_000);
    expect(report.lag).toBe(100 - report.seen);
  });

  it('end at their time, and still make progress when there is none', async () => {
    await fill('time', 500, 10);
    const line = await under.line({ readEntries: 100 });
    const report = await syncKey(line, 'time', wholeSlice({ ms: 0 }));
    expect(report).toMatchObject({ seen: 100, lag: 400 });
  });

  it('read large entries a few at a time', async () => {
    await fill('large', 48, 1_000_000);
    const before = await reads();
    const line = await under.line({ readBytes: 8 << 20 });
    expect(await syncKey(line, 'large', wholeSlice())).toMatchObject({ seen: 48, lag: 0 });
    expect((await reads()) - before).toBeGreaterThanOrEqual(6);
  });

  describe('hold no more than they may from the first read on', () => {
    const sizesOf = async (key: string, known?: KeyState) => {
      const { source, budget } = await under.line({ readBytes: 1 << 20 });
      const state = known ?? firstState(key, placeOf(key, ':info:'), 'stream', new Date());
      const sizes: number[] = [];
      for await (const batch of source.syncer('stream')?.read(state, wholeSlice(), budget) ?? []) {
        sizes.push(batch.bytes);
        batch.release?.();
      }
      return sizes;
    };
    const areSmall = (sizes: readonly number[]) => {
      expect(sizes.length).toBeGreaterThan(10);
      expect(Math.max(...sizes)).toBeLessThan(2 << 20);
    };

    it('of a stream with a long name, which each message has twice', async () => {
      const key = 'x'.repeat(64 * 1024);
      await fill(key, 400, 10);
      areSmall(await sizesOf(key));
    });

    it('of one that was empty when it was read last', async () => {
      await under.redis.xgroup('CREATE', 'was empty', 'group', '0', 'MKSTREAM');
      await under.sync('was empty');
      await fill('was empty', 400, 50_000);
      areSmall(await sizesOf('was empty', { ...(await under.state('was empty')), key: 'was empty' }));
    });

    it('of one whose entries were small when it was read last, long ago', async () => {
      await fill('was small', 10, 10);
      await under.sync('was small');
      await fill('was small', 400, 50_000);
      const state = { ...(await under.state('was small')), key: 'was small', lastSyncedAt: new Date(0) };
      areSmall(await sizesOf('was small', state));
    });

    it('of one that was adopted with the position of the engine before this one', async () => {
      await fill('adopted', 400, 50_000);
      const state = firstState('adopted', placeOf('adopted', ':info:'), 'stream', new Date());
      const position = { entryId: '1-0', passed: 0, before: 0, lastId: '1-0', added: null, digest: '' };
      areSmall(await sizesOf('adopted', { ...state, position: { ...position, entryBytes: 0 } }));
    });
  });

  it('of many jobs hold no more bytes at once than the budget', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `budget-${i}`);
    for (const key of keys) await fill(key, 8, 1_000_000);
    const budget = new ByteBudget(10_000_000);
    let most = 0;
    const line = await under.line({
      readBytes: 4_000_000,
      budget,
      at: () => {
        most = Math.max(most, budget.held);
      },
    });
    const reports = await Promise.all(keys.map((key) => syncKey(line, key, wholeSlice())));
    expect(reports.map(({ seen }) => seen)).toEqual(keys.map(() => 8));
    expect(most).toBeGreaterThan(4_000_000);
    expect(most).toBeLessThan(12_000_000);
    expect(budget.held).toBe(0);
  });
});
