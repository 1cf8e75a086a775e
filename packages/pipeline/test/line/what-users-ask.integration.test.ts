import { startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { connectMongo, mongoSink, readDeadLetter } from '@redis-to-mongo/mongo-sink';
import { decodeContent, type Line, NO_TLS, type RetryOptions, syncKey } from '@redis-to-mongo/pipeline';
import { redisSource, trimStream } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, testSinkOptions, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

function idsFrom(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}-0`);
}

/** Problems that users of other systems reported. docs/guarantees.md lists the names. */
describe('what users ask', () => {
  it('trimmed entries stay as ghosts (redis#10756)', async () => {
    await under.add('ghosts', 1, 20);
    await under.sync('ghosts', { entries: 5 });
    await under.redis.xtrim('ghosts', 'MAXLEN', 3);
    await under.sync('ghosts');
    // Nothing waits for what is gone: no lag, nothing pending anywhere, and what was lost is one gap, reported once.
    expect(await under.state('ghosts')).toMatchObject({ lag: 0, counts: { seen: 8, gap: 12 } });
    expect(await under.redis.xinfo('GROUPS', 'ghosts')).toEqual([]);
    expect(await under.sync('ghosts')).toMatchObject({ result: 'unchanged', seen: 0, gaps: [] });
  });

  it('XTRIM ~ … ACKED deletes nothing (redis#14656)', async () => {
    // A few entries, far less than one node of a stream, which is what an approximate trim leaves alone.
    await under.add('freed', 1, 12);
    const { state } = await under.sync('freed');
    await under.redis.xgroup('CREATE', 'freed', 'others', '9-0');
    const freed = await trimStream(
      under.redis,
      'freed',
      { entryId: String(state?.position?.entryId), digest: String(state?.position?.digest) },
      {
        mode: 'on',
        keepEntries: 0,
        keepMs: 0,
      },
    );
    // All before the last entry that the group has acknowledged is freed, exactly, and nothing behind it.
    expect(freed).toEqual({ freed: 8, isIncomplete: false });
    expect((await under.redis.xrange('freed', '-', '+')).map(([id]) => id)).toEqual(idsFrom(9, 12));
    expect(await under.entryIds('freed')).toEqual(idsFrom(1, 12));
  });

  it('group lag is wrong after a trim (redis#13957)', async () => {
    await under.add('lagging', 1, 100);
    expect((await under.sync('lagging', { entries: 10 })).lag).toBe(90);
    await under.redis.xtrim('lagging', 'MAXLEN', 30);
    const report = await under.sync('lagging', { entries: 10 });
    expect(report.lag).toBe(30 - report.seen);
    await under.redis.xdel('lagging', '90-0', '95-0');
    expect((await under.sync('lagging')).lag).toBe(0);
    expect((await under.state('lagging')).counts).toMatchObject({ seen: 38, gap: 62 });
  });

  it('a recreated stream is never read again (redis#5625)', async () => {
    await under.add('recreated', 1000, 1002);
    await under.sync('recreated');
    await under.redis.del('recreated');
    // Lower ids than the position, where a read from there never begins; more of them, and later ones, too.
    await under.add('recreated', 100, 119);
    await under.add('recreated', 2000, 2001);
    expect(await under.sync('recreated')).toMatchObject({ seen: 22, gaps: [] });
    await under.redis.del('recreated');
    await under.add('recreated', 1, 2); // nothing later: such a read would wait for ever
    expect(await under.sync('recreated')).toMatchObject({ seen: 2, gaps: [] });
    expect(await under.entryIds('recreated')).toEqual([
      ...idsFrom(1000, 1002),
      ...[...idsFrom(100, 119), ...idsFrom(2000, 2001)],
      ...idsFrom(1, 2),
    ]);
  });

  it('"does it resume?" asked for seven years (RedisShake#1016)', async () => {
    await under.add('resumed', 1, 40);
    await under.sync('resumed', { entries: 15 });
    // A fresh line knows nothing but what MongoDB holds, as a process does that has just been started.
    const report = await under.sync('resumed');
    expect(report).toMatchObject({ seen: 25, written: 25, alreadyThere: 0 });
    expect(await under.entryIds('resumed')).toEqual(idsFrom(1, 40));
  });

  it('deletes not synced (RedisShake#818)', async () => {
    await under.add('doomed', 1, 3);
    await under.redis.sadd('doomed:info:tags', 'a', 'b', 'c');
    for (const key of ['doomed', 'doomed:info:tags']) await under.sync(key);
    await under.redis.srem('doomed:info:tags', 'b');
    await under.sync('doomed:info:tags');
    const set = async () =>
      await under.db.collection<{ _id: string }>('sets').findOne({ _id: 'doomed:info:tags' });
    expect(await set()).toMatchObject({ size: 2, members: expect.arrayContaining(['a', 'c']) });
    await under.redis.del('doomed', 'doomed:info:tags');
    for (const key of ['doomed', 'doomed:info:tags']) await under.sync(key);
    expect(await set()).toMatchObject({ size: 0, active: false });
    const { status, activity } = await under.state('doomed');
    expect(status).toBe('deleted');
    expect(activity).toMatchObject([{ end: 'deleted', to: expect.any(Date) }]);
  });

  it('entries skipped and stuck forever (connect#1338)', async () => {
    await under.add('stuck', 1, 30);
    await throughProxy({ forMs: 300 }, async (line, way) => {
      await syncKey(line, 'stuck', wholeSlice({ entries: 10 }));
      way.set('cut');
      await expect(syncKey(line, 'stuck', wholeSlice())).rejects.toMatchObject({ errorClass: 'transient' });
      way.set('pass');
      // What failed was not passed over: the next job begins with it.
      await syncKey(line, 'stuck', wholeSlice());
    });
    expect(await under.entryIds('stuck')).toEqual(idsFrom(1, 30));
    expect(await under.state('stuck')).toMatchObject({ lag: 0, counts: { seen: 30, dead: 0, gap: 0 } });
  });

  it('transient errors sent to the dead letters as if data were bad (mongo-kafka#159)', async () => {
    await under.add('transient', 1, 10);
    let failures = 0;
    let mend = () => {};
    const onRetry = () => {
      failures += 1;
      if (failures === 3) mend();
    };
    await throughProxy({ forMs: 60_000, onRetry }, async (line, way) => {
      mend = () => way.set('pass');
      await syncKey(
        { ...line, at: (step) => (step === 'after-read' ? way.set('cut') : undefined) },
        'transient',
        wholeSlice(),
      );
    });
    expect(failures).toBeGreaterThanOrEqual(3);
    expect(await under.entryIds('transient')).toEqual(idsFrom(1, 10));
    expect(await under.db.collection('dead_letters').countDocuments({ stream: 'transient' })).toBe(0);
  });

  it('healthy neighbors of a bad record rejected with it (mongo-kafka, ordered bulk)', async () => {
    await under.redis.xadd('neighbors', '0-1', 'n', 'makes the collection');
    await under.sync('neighbors');
    await under.db.command({ collMod: 'stream_messages', validator: { 'content.n': { $ne: '5' } } });
    try {
      await under.add('neighbors', 1, 10);
      expect(await under.sync('neighbors')).toMatchObject({ seen: 10, written: 9, dead: 1 });
    } finally {
      await under.db.command({ collMod: 'stream_messages', validator: {} });
    }
    expect(await under.entryIds('neighbors')).toEqual(['0-1', ...idsFrom(1, 4), ...idsFrom(6, 10)]);
    expect(addsUp(await under.state('neighbors'))).toBe(true);
  });

  it('a document over 16 MB retried forever (fluent-plugin-mongo#206)', async () => {
    const value = Buffer.alloc(17_000_000, 'z');
    await under.redis.xadd('huge', '1-0', 'v', value);
    await under.redis.xadd('huge', '2-0', 'v', 'after');
    expect(await under.sync('huge')).toMatchObject({ seen: 2, written: 1, dead: 1 });
    expect(await under.sync('huge')).toMatchObject({ result: 'unchanged' });
    const letter = await under.db.collection<{ _id: string }>('dead_letters').findOne({ stream: 'huge' });
    const whole = await readDeadLetter(under.db, letter?._id ?? '');
    expect(decodeContent(whole?.content)[0]?.[1].equals(value)).toBe(true);
  });

  it('`.` and `$` in field names break the write (kafka-connect-mongodb#78)', async () => {
    const flat = ['a.b', '1', '$set', '2', '$', '3', '.', '4', 'a.$b', '5', '', '6'];
    await under.redis.xadd('names', '1-0', ...flat);
    expect(await under.sync('names')).toMatchObject({ written: 1, dead: 0 });
    const [message] = await under.messages('names');
    expect(decodeContent(message?.content).flat().map(String)).toEqual(flat);
  });

  it('SMEMBERS of 5 M members kills the socket (StackExchange.Redis#182)', async () => {
    const members = Array.from({ length: 3000 }, (_, i) => `member ${i}`);
    await under.redis.sadd('large', ...members);
    await under.redis.config('RESETSTAT');
    const source = redisSource(under.redis, ['set'], {
      readEntries: 5000,
      readBytes: 8 << 20,
      maxInlineMembers: 500,
      scanCount: 200,
    });
    await syncKey(await under.line({ source }), 'large', wholeSlice());
    const stats = await under.redis.info('commandstats');
    expect(stats).toMatch(/^cmdstat_sscan:calls=\d{2,}/m);
    expect(stats).not.toContain('cmdstat_smembers');
    expect(await under.db.collection('set_members').countDocuments({ key: 'large' })).toBe(3000);
  });
});

/** Gives the work a line whose way to MongoDB can be cut. */
async function throughProxy(
  retry: Pick<RetryOptions, 'forMs' | 'onRetry'>,
  work: (line: Line, way: TcpProxy) => Promise<void>,
): Promise<void> {
  const uri = new URL(under.namespace.mongoUri);
  const way = await startTcpProxy(Number(uri.port));
  uri.port = String(way.port);
  uri.searchParams.set('directConnection', 'true');
  uri.searchParams.set('serverSelectionTimeoutMS', '300');
  const mongo = connectMongo(
    { uri: uri.href, dbName: under.namespace.mongoDbName, tls: NO_TLS },
    'what users ask',
  );
  try {
    const sink = mongoSink(mongo.db, { ...testSinkOptions(), retry: { baseMs: 10, capMs: 50, ...retry } });
    await work(await under.line({ sink }), way);
  } finally {
    await mongo.close();
    await way.close();
  }
}
