import { ByteBudget, syncKey } from '@redis-to-mongo/pipeline';
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
