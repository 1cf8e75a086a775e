import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, prometheusPaths } from '@redis-to-mongo/local-stack';
import {
  type AppProcess,
  type FleetUnderTest,
  fleetUnderTest,
  prints,
  until,
} from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PrometheusUnderTest, prometheusUnderTest } from './prometheus-under-test.js';

const paths = await prometheusPaths();

describe.skipIf(paths === undefined)('each alert fires (needs Prometheus)', () => {
  let fleet: FleetUnderTest;
  let prometheus: PrometheusUnderTest;
  let scheduler: AppProcess;
  let worker: AppProcess;
  let ports: { readonly SCHEDULER_HTTP_PORT: string; readonly WORKER_HTTP_PORT: string };

  beforeAll(async () => {
    if (!paths) return;
    fleet = await fleetUnderTest();
    ports = { SCHEDULER_HTTP_PORT: String(await freePort()), WORKER_HTTP_PORT: String(await freePort()) };
    prometheus = await prometheusUnderTest(
      paths,
      Object.values(ports).map((port) => `127.0.0.1:${port}`),
    );
  });
  beforeEach(async () => {
    await fleet.clear();
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    scheduler = fleet.scheduler(ports);
    worker = fleet.worker(ports);
    await until(async () => expect(await fleet.entries('orders')).toBe(1));
    await prometheus.untilResolved('MirrorWithoutScheduler');
    await prometheus.untilResolved('MirrorNotComplete');
  });
  afterAll(async () => {
    await prometheus?.close();
    await fleet?.close();
  });

  it('the rules are right in form, for Prometheus itself', () => {
    const rules = fileURLToPath(new URL('../../../deploy/prometheus/alerts.yml', import.meta.url));
    expect(execFileSync(paths?.promtool ?? '', ['check', 'rules', rules], { encoding: 'utf8' })).toContain(
      'SUCCESS',
    );
  });

  it('MirrorWithoutScheduler, when the scheduler is killed', async () => {
    scheduler.kill('SIGKILL');
    await prometheus.untilFiring('MirrorWithoutScheduler');
  });

  it('MirrorWithoutWorkers, MirrorNotComplete and MirrorChangesWait, when the worker is killed', async () => {
    worker.kill('SIGKILL');
    await prometheus.untilFiring('MirrorWithoutWorkers');
    await prometheus.untilFiring('MirrorNotComplete');
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await prometheus.untilFiring('MirrorChangesWait');
  });

  it('MirrorBehind, MirrorAboutToLose and MirrorLostEntries, when nobody reads a stream that is trimmed', async () => {
    const then = Date.now() - 600_000;
    await worker.stop();
    for (let i = 0; i < 2_000; i++) await fleet.redis.xadd('late', `${then + i}-0`, 'n', String(i));
    worker = fleet.worker({ ...ports, MESSAGES_PER_STREAM: '10', SLICE_ENTRIES: '10' });
    await until(async () => expect((await fleet.key('late'))?.lag).toBeGreaterThan(0));
    await fleet.queue.forBoard().pause();
    await prometheus.untilFiring('MirrorBehind');
    const trims = new AbortController();
    const trimming = (async () => {
      while (!trims.signal.aborted) {
        await fleet.redis.xadd('late', 'MAXLEN', 2_000, '*', 'n', 'x');
        await fleet.redis.xtrim('late', 'MAXLEN', Math.max(50, (await fleet.redis.xlen('late')) - 5));
        // Hundreds of entries a second are trimming enough.
        await sleep(5);
      }
    })();
    await prometheus.untilFiring('MirrorAboutToLose');
    await until(async () => expect(await fleet.redis.xlen('late')).toBeLessThan(100));
    trims.abort();
    await trimming;
    await fleet.queue.forBoard().resume();
    await prometheus.untilFiring('MirrorLostEntries');
  });

  it('MirrorBroken, while the queue is paused; it names the reason', async () => {
    await fleet.queue.forBoard().pause();
    await prometheus.untilFiring('MirrorBroken');
    await fleet.queue.forBoard().resume();
    await prometheus.untilResolved('MirrorBroken');
  });

  it('MirrorSweepsOften, when changes may have been missed again and again', async () => {
    for (let i = 1; i <= 15; i++) {
      await fleet.queue.sweeps.noteDue(`the test asks for sweep ${i}`);
      await until(async () => expect((await fleet.queue.sweeps.read())?.pending).toBe(''));
    }
    await prometheus.untilFiring('MirrorSweepsOften');
  });

  it('MirrorDeadLetters, when MongoDB refuses a record', async () => {
    await fleet.db.command({
      collMod: 'stream_messages',
      validator: { 'content.secret': { $exists: false } },
      validationAction: 'error',
    });
    await fleet.redis.xadd('orders', '2-0', 'secret', 'value');
    await prometheus.untilFiring('MirrorDeadLetters');
  });

  it('MirrorRefused, when the source refuses the worker’s password, and for as long as it does', async () => {
    await worker.stop();
    await fleet.redis.call('ACL', 'SETUSER', 'mirror', 'on', '>old', '~*', '&*', '+@all');
    const url = new URL(fleet.namespace.redis.url);
    url.username = 'mirror';
    url.password = 'old';
    worker = fleet.worker({ ...ports, REDIS_URL: url.href });
    await prints(worker, /worker started/);
    await fleet.redis.call('ACL', 'SETUSER', 'mirror', 'resetpass', '>new');
    await fleet.redis.call('CLIENT', 'KILL', 'USER', 'mirror');
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await prometheus.untilFiring('MirrorRefused');
    // One that meets it at its start is reported all the same.
    await worker.stop();
    worker = fleet.worker({ ...ports, REDIS_URL: url.href });
    await until(async () =>
      expect((await fleet.queue.facts()).processes).toContainEqual(
        expect.objectContaining({ app: 'worker', state: 'paused', code: 'REDIS_AUTH' }),
      ),
    );
  });

  it('MirrorKeysFail, when somebody has put a document of another form in a key’s place', async () => {
    const keys = fleet.db.collection<{ _id: string }>('keys');
    await keys.replaceOne({ _id: 'orders' }, { what: 'is this' });
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await prometheus.untilFiring('MirrorKeysFail');
  });

  it('MirrorEventLoopBlocked, when a process hardly gets to work', async () => {
    const stops = new AbortController();
    const stopping = (async () => {
      while (!stops.signal.aborted) {
        worker.kill('SIGSTOP');
        await sleep(1_500);
        worker.kill('SIGCONT');
        await sleep(700);
      }
    })();
    await prometheus.untilFiring('MirrorEventLoopBlocked');
    stops.abort();
    await stopping;
  });

  it('and none was forgotten', () => {
    expect([...prometheus.fired].sort()).toEqual([...prometheus.alerts].sort());
  });
});
