import { syncKey } from '@redis-to-mongo/pipeline';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

describe('gaps', () => {
  it('counts entries that were trimmed before they were read, with the id range', async () => {
    const now = Date.now();
    await under.add('trimmed', now + 1, now + 10);
    await under.sync('trimmed');
    await under.add('trimmed', now + 10_011, now + 10_030);
    await under.redis.xtrim('trimmed', 'MAXLEN', 5);
    const report = await under.sync('trimmed');
    expect(report.gaps).toMatchObject([
      {
        entries: 15,
        cause: 'trimmed',
        after: `${now + 10}-0`,
        upTo: `${now + 10_025}-18446744073709551615`,
        exact: true,
      },
    ]);
    const state = await under.state('trimmed');
    expect(state.counts).toMatchObject({ seen: 15, gap: 15 });
    expect(state.gaps).toHaveLength(1);
    expect(addsUp(state)).toBe(true);
    expect(await under.sync('trimmed')).toMatchObject({ result: 'unchanged', gaps: [] });
  });

  it('marks a count as not exact if what is left is older than the last read: it may come from elsewhere', async () => {
    await under.add('older', 1, 10);
    await under.sync('older');
    await under.add('older', 11, 30);
    await under.redis.xtrim('older', 'MAXLEN', 5);
    expect((await under.sync('older')).gaps).toMatchObject([{ entries: 15, exact: false }]);
  });

  it('counts entries that were deleted one by one before they were read, and distinguishes them', async () => {
    await under.add('deleted', 1, 10);
    await under.sync('deleted');
    await under.add('deleted', 11, 20);
    await under.redis.xdel('deleted', '12-0', '15-0');
    const report = await under.sync('deleted');
    expect(report.gaps).toMatchObject([{ entries: 2, cause: 'deleted', after: '10-0', upTo: '15-0' }]);
    expect(await under.entryIds('deleted')).toHaveLength(18);
  });

  it('counts entries that came and went between two reads', async () => {
    await under.add('fleeting', 1, 3);
    await under.sync('fleeting');
    await under.add('fleeting', 4, 6);
    await under.redis.xtrim('fleeting', 'MAXLEN', 0);
    expect((await under.sync('fleeting')).gaps).toMatchObject([{ entries: 3, cause: 'trimmed' }]);
    await under.add('fleeting', 7, 8);
    expect(await under.sync('fleeting')).toMatchObject({ seen: 2, gaps: [] });
  });

  it('counts once what is lost in the middle of a backlog', async () => {
    await under.add('backlog', 1, 100);
    expect((await under.sync('backlog', { entries: 20 })).lag).toBe(80);
    await under.redis.xtrim('backlog', 'MAXLEN', 50);
    await under.redis.xdel('backlog', '70-0', '80-0');
    let gap = 0;
    for (let report = await under.sync('backlog', { entries: 7 }); report.seen > 0; ) {
      gap += report.gaps.reduce((sum, { entries }) => sum + entries, 0);
      report = await under.sync('backlog', { entries: 7 });
    }
    expect(gap).toBe(32);
    const state = await under.state('backlog');
    expect(state.counts).toMatchObject({ seen: 68, gap: 32 });
    expect(state.counts.seen + state.counts.gap).toBe(100);
  });

  it.each([
    ['all in one slice', 1_000],
    ['slice by slice', 30],
  ])(
    'that earlier reads of a backlog have passed are counted by the one that reaches the end: %s',
    async (name, entries) => {
      const key = `passed, ${name}`;
      await under.add(key, 1, 10);
      await under.sync(key);
      await under.add(key, 11, 110);
      await under.redis.xdel(key, '13-0', '16-0', '19-0');
      const line = await under.line({ readEntries: 30 });
      const gaps = [];
      for (let lag = 1; lag > 0; ) {
        const report = await syncKey(line, key, wholeSlice({ entries }));
        gaps.push(...report.gaps);
        ({ lag } = report);
      }
      expect(gaps).toMatchObject([
        { entries: 3, cause: 'deleted', after: '10-0', upTo: '19-0', exact: true },
      ]);
      const state = await under.state(key);
      expect(state).toMatchObject({ incarnation: 1, counts: { seen: 107, written: 107, gap: 3 } });
      expect(await under.entryIds(key)).toHaveLength(107);
    },
  );

  it('does not count entries that were read before they were trimmed or deleted', async () => {
    await under.add('read', 1, 50);
    await under.sync('read');
    await under.redis.xdel('read', '3-0', '50-0');
    await under.redis.xtrim('read', 'MAXLEN', 10);
    await under.add('read', 51, 60);
    expect(await under.sync('read')).toMatchObject({ seen: 10, gaps: [] });
    await under.redis.xtrim('read', 'MAXLEN', 0);
    expect(await under.sync('read')).toMatchObject({ result: 'unchanged', gaps: [] });
  });

  it('does not count what was gone before the stream was first seen, but notes it', async () => {
    await under.add('old', 1, 40);
    await under.redis.xtrim('old', 'MAXLEN', 10);
    expect(await under.sync('old')).toMatchObject({ seen: 10, gaps: [] });
    expect((await under.state('old')).position).toMatchObject({ before: 30, passed: 40 });
  });
});
