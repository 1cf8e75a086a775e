import { PassThrough } from 'node:stream';
import { createLogger } from '@redis-to-mongo/app-shell';
import { expect, test, vi } from 'vitest';
import { type BulkItem, BulkRunner, type BulkWork } from '../src/bulk/bulk-runner.js';

const PATIENT = { timeout: 10_000 };

const LOGGER = createLogger({ level: 'error', format: 'json', app: 'test', stream: new PassThrough() });

test('a list that breaks off has ended only once the actions under way have: the next list does not count them', async () => {
  const runner = new BulkRunner(LOGGER);
  let end: (result: string) => void = () => {};
  const slow = new Promise<string>((resolve) => {
    end = resolve;
  });
  const work = (items: BulkWork['items']): BulkWork => ({
    ...{ action: 'sync', filter: 'keys', from: 'here', total: { count: 2, isMore: false }, items },
    together: 1,
    run: async () => [await slow],
    book: { note: async () => {}, flush: async () => {} },
  });
  runner.start(
    work(async function* (): AsyncGenerator<BulkItem> {
      yield { key: 'slow' };
      throw new Error('the list');
    }),
  );
  await vi.waitFor(() => expect(runner.progress).toMatchObject({ code: 'UNKNOWN' }), PATIENT);
  expect(runner.progress).toMatchObject({ is: 'running', done: 0 });
  expect(runner.start(work(async function* () {}))).toBeUndefined();
  end('done');
  await vi.waitFor(
    () => expect(runner.progress).toMatchObject({ is: 'stopped', done: 1, code: 'UNKNOWN' }),
    PATIENT,
  );
});
