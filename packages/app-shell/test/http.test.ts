import { once } from 'node:events';
import { createServer } from 'node:http';
import { SyncError } from '@redis-to-mongo/pipeline';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics, type HealthCheck, type HttpOptions, startHttp } from '../src/index.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(checks: HealthCheck[], more: Partial<HttpOptions> = {}) {
  const { registry } = createMetrics('test');
  const server = await startHttp({ host: '127.0.0.1', port: 0, checks, registry, ...more });
  closers.push(() => server.close());
  return server;
}

const well: HealthCheck = { name: 'redis', check: async () => undefined };

describe('health', () => {
  test('/healthz answers while the process lives, even when nothing it needs does', async () => {
    const { address } = await serve([
      { name: 'mongo', check: async () => Promise.reject(new Error('down')) },
    ]);
    const answer = await fetch(`${address}/healthz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ok' });
  });

  test('/readyz is 200 when every check is well', async () => {
    const { address } = await serve([well]);
    const answer = await fetch(`${address}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ready', checks: [{ name: 'redis', ok: true }] });
  });

  test('/readyz is 503 with the code of what is wrong, and not its message', async () => {
    const error = Object.assign(new Error('mongodb://me:s3cret@host refused'), { code: 'MONGO_DOWN' });
    const { address } = await serve([well, { name: 'mongo', check: () => Promise.reject(error) }]);
    const answer = await fetch(`${address}/readyz`);
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toContain('MONGO_DOWN');
    expect(text).not.toContain('host');
  });

  test('/readyz does not wait for a check that hangs, nor start it anew', async () => {
    let begun = 0;
    let end = () => undefined as unknown;
    const hangs: HealthCheck = {
      name: 'mongo',
      check: () => {
        begun += 1;
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      },
    };
    const { address } = await serve([hangs], { checkTimeoutMs: 20 });
    for (let i = 0; i < 3; i += 1) {
      const answer = await fetch(`${address}/readyz`);
      expect(await answer.json()).toMatchObject({ checks: [{ ok: false, code: 'HEALTH_TIMEOUT' }] });
    }
    expect(begun).toBe(1);
    end();
    const again = await fetch(`${address}/readyz`);
    expect(again.status).toBe(503);
    expect(begun).toBe(2);
  });

  test('/readyz keeps the code of a check that has failed while the next one is late', async () => {
    const ends = [
      async () => {
        throw new SyncError('MONGO_UNAVAILABLE', 'transient', 'MongoDB does not answer');
      },
      () => new Promise<void>(() => {}),
    ];
    const fails: HealthCheck = { name: 'mongo', check: () => ends.shift()?.() ?? Promise.resolve() };
    const { address } = await serve([fails], { checkTimeoutMs: 20 });
    for (let i = 0; i < 2; i += 1) {
      const answer = await fetch(`${address}/readyz`);
      expect(await answer.json()).toMatchObject({ checks: [{ ok: false, code: 'MONGO_UNAVAILABLE' }] });
    }
    expect(ends).toEqual([]);
  });

  test('/readyz is 503 as soon as the app begins to stop', async () => {
    const stopping = new AbortController();
    const { address } = await serve([well], { signal: stopping.signal });
    stopping.abort();
    const answer = await fetch(`${address}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: 'stopping' });
  });

  test('the error for a taken port names the option to change', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    closers.push(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const options = { host: 'HTTP_HOST', port: 'WORKER_HTTP_PORT' };
    await expect(serve([], { port, options })).rejects.toMatchObject({
      code: 'HTTP_PORT_IN_USE',
      message: expect.stringContaining('Set WORKER_HTTP_PORT') as string,
    });
    await expect(serve([], { host: '192.0.2.1', options })).rejects.toMatchObject({
      code: 'HTTP_CANNOT_LISTEN',
    });
  });
});

describe('metrics', () => {
  test('are served with the process’ own, the event loop’s lag among them, and the app as a label', async () => {
    const metrics = createMetrics('worker');
    metrics.entriesRead.inc({ key_type: 'stream' }, 12);
    metrics.jobSeconds.observe(0.2);
    const server = await startHttp({ host: '127.0.0.1', port: 0, checks: [], registry: metrics.registry });
    closers.push(() => server.close());
    const answer = await fetch(`${server.address}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(text).toContain('r2m_entries_read_total{key_type="stream",app="worker"} 12');
    expect(text).toMatch(/r2m_job_seconds_count{app="worker"} 1/);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  test('that alerts ask for are there from the start, with 0: the first increase is one', async () => {
    const text = await createMetrics('worker').registry.metrics();
    for (const name of ['gap_entries_total', 'dead_letters_total', 'entries_written_total'])
      expect(text).toContain(`r2m_${name}{key_type="stream",app="worker"} 0`);
    for (const errorClass of ['transient', 'configuration', 'unknown'])
      expect(text).toContain(`r2m_errors_total{class="${errorClass}",app="worker"} 0`);
  });

  test('of two apps in one process are apart', async () => {
    const one = createMetrics('one');
    const two = createMetrics('two');
    one.deadLetters.inc({ key_type: 'stream' });
    expect(await two.registry.metrics()).toContain('r2m_dead_letters_total{key_type="stream",app="two"} 0');
  });

  test('have no labels but key type, cause, class, outcome, path and those of the build', async () => {
    const { registry } = createMetrics('worker');
    const ours = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('r2m_'));
    expect(ours).toHaveLength(18);
    const labels = ours.flatMap((metric) => ('labelNames' in metric ? (metric.labelNames as string[]) : []));
    expect([...new Set(labels)].sort()).toEqual([
      'cause',
      'class',
      'key_type',
      'node',
      'outcome',
      'path',
      'version',
    ]);
  });
});
