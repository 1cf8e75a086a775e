import { expect, test, vi } from 'vitest';
import { StatusReader, type StatusSources } from '../src/status/status-reader.js';
import { isReadable } from '../src/status/status-report.js';
import { aQueue, aType } from './a-report.js';

function reader(sources: Partial<StatusSources> = {}) {
  let reads = 0;
  const errors: string[] = [];
  const readFleet = async () => {
    reads += 1;
    const { perSecond: _none, ...type } = aType({ seen: reads * 1000 });
    return {
      at: new Date(reads * 10_000),
      types: [type],
      backlogs: [{ key: 'orders', seen: reads * 1000, lag: 5000 }],
      errors: [],
      behindMs: 0,
      errorClasses: [],
      forecasts: [],
    };
  };
  const made = new StatusReader({
    readFleet,
    readQueue: async () => aQueue(),
    onError: (source) => errors.push(source),
    ...sources,
  });
  return { reader: made, errors, reads: () => reads };
}

test('many who ask at once share one reading, and those right behind them too', async () => {
  const { reader: status, reads } = reader();
  const reports = await Promise.all(Array.from({ length: 10 }, () => status.read()));
  expect(new Set(reports).size).toBe(1);
  await status.read();
  expect(reads()).toBe(1);
});

test('the next reading tells how many entries a second came in', async () => {
  vi.useFakeTimers({ now: 0 });
  const { reader: status } = reader();
  const first = await status.read();
  vi.setSystemTime(10_000);
  const second = await status.read();
  vi.useRealTimers();
  const rates = [first, second].map(({ fleet }) => isReadable(fleet) && fleet.types[0]?.perSecond);
  expect(rates).toEqual([null, 100]);
  const backlogs = [first, second].map(({ fleet }) => isReadable(fleet) && fleet.backlogs);
  expect(backlogs).toMatchObject([
    [{ perSecond: null, secondsLeft: null }],
    [{ perSecond: 100, secondsLeft: 50 }],
  ]);
});

test('one source that fails leaves the other one readable, and is reported by its code', async () => {
  const down = Object.assign(new Error('mongodb://me:s3cret@host'), { code: 'MONGO_UNAVAILABLE' });
  const { reader: status, errors } = reader({ readFleet: () => Promise.reject(down) });
  const report = await status.read();
  expect(report.fleet).toEqual({ code: 'MONGO_UNAVAILABLE' });
  expect(report.queue).toEqual(aQueue());
  expect(errors).toEqual(['fleet']);
});

test('a source that hangs is given up', async () => {
  vi.useFakeTimers();
  const { reader: status } = reader({ readQueue: () => new Promise(() => undefined) });
  const report = status.read();
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  expect((await report).queue).toEqual({ code: 'STATUS_TIMEOUT' });
});
