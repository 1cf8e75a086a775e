import { fleetForTests, prints, SCHEDULER, until, WORKER } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const fleet = fleetForTests();

async function members(key: string): Promise<number | undefined> {
  const document = await fleet.db.collection<{ _id: string; size: number }>('sets').findOne({ _id: key });
  return document?.size;
}

/** Problems that users of other systems reported. docs/guarantees.md lists the names. */
describe('what users ask', () => {
  it('live mode silently does nothing because notifications are off (riot#46, #55, #85)', async () => {
    await fleet.redis.config('SET', 'notify-keyspace-events', '');
    fleet.scheduler();
    fleet.worker();
    await fleet.redis.xadd('live', '1-0', 'n', '1');
    await fleet.redis.sadd('live:info:tags', 'a');
    await until(async () => {
      expect(await fleet.entries('live')).toBe(1);
      expect(await members('live:info:tags')).toBe(1);
    });
    await fleet.redis.xadd('live', '2-0', 'n', '2');
    await fleet.redis.sadd('live:info:tags', 'b');
    await until(async () => {
      expect(await fleet.entries('live')).toBe(2);
      expect(await members('live:info:tags')).toBe(2);
    });
  });

  it('16,551 of 500,000 keys copied and no error (riot#165)', async () => {
    const keys = 500;
    const pipeline = fleet.redis.pipeline();
    for (let i = 0; i < keys; i++) pipeline.xadd(`many-${i}`, '1-0', 'n', String(i));
    await pipeline.exec();
    fleet.scheduler();
    fleet.worker();
    fleet.worker();
    const known = fleet.db.collection('keys');
    await until(async () => expect(await known.countDocuments()).toBe(keys), 120_000);
    await until(async () => {
      expect(await fleet.db.collection('stream_messages').countDocuments()).toBe(keys);
      expect(await known.countDocuments({ 'counts.seen': 1, lag: 0, lastError: null })).toBe(keys);
    });
  });

  it('wrong configuration, no error, no data (connect#1888)', async () => {
    // What can't be right ends every app at once, and it says which option.
    for (const main of [SCHEDULER, WORKER]) {
      const app = fleet.start(main, { SYNC_INTERVAL_SEC: 'often', REDIS_PORT: '70000' });
      expect((await app.ended).code).toBe(2);
      expect(app.output()).toMatch(/SYNC_INTERVAL_SEC/);
      expect(app.output()).toMatch(/REDIS_PORT/);
    }
    // A condition that may pass is reported, in the log and by the health check, and no data is taken meanwhile.
    const wrong = { MONGO_URI: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' };
    await prints(fleet.worker(wrong), /waiting for .*MONGO_UNAVAILABLE/);
    const scheduler = fleet.scheduler(wrong);
    await prints(scheduler, /"http":"http/);
    const address = /"http":"([^"]+)"/.exec(scheduler.output())?.[1] ?? '';
    const ready = await fetch(`${address}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/"name":"mongo","ok":false/);
  });

  it('"could not renew lock" because the event loop was blocked (bull#1982)', async () => {
    const entries = 2000;
    const pipeline = fleet.redis.pipeline();
    for (let i = 1; i <= entries; i++) pipeline.xadd('blocked', `${i}-0`, 'n', String(i));
    await pipeline.exec();
    fleet.scheduler();
    const blocked = fleet.worker({ MESSAGES_PER_STREAM: '5' });
    await until(async () => expect(await fleet.entries('blocked')).toBeGreaterThan(0));
    // A blocked event loop renews nothing; a stopped process is blocked for as long as the test wants.
    blocked.kill('SIGSTOP');
    try {
      expect(await fleet.entries('blocked')).toBeLessThan(entries);
      fleet.worker();
      await until(async () => expect((await fleet.key('blocked'))?.counts.seen).toBe(entries));
    } finally {
      blocked.kill('SIGCONT');
    }
    // It wakes up without the lock, harms nothing, and goes on to work.
    await fleet.redis.xadd('after', '1-0', 'n', '1');
    await until(async () => expect(await fleet.entries('after')).toBe(1));
    expect(await blocked.stop()).toBe(0);
    expect(await fleet.entries('blocked')).toBe(entries);
    const key = await fleet.key('blocked');
    expect(key).toMatchObject({ lag: 0, lastError: null, counts: { seen: entries, dead: 0, gap: 0 } });
    expect(key?.counts.written + key?.counts.alreadyThere).toBe(entries);
  });
});
