import { expect, test, vi } from 'vitest';
import { FleetPoller, type FleetSources } from '../src/status/fleet-poller.js';
import { isReadable } from '../src/status/status-report.js';
import { ThrottledReader } from '../src/status/throttled-reader.js';
import { aQueue, aType, someFacts } from './a-report.js';

function reader(sources: Partial<FleetSources> = {}) {
  let reads = 0;
  const errors: string[] = [];
  const readSums = async () => {
    reads += 1;
    const { perSecond: _none, ...type } = aType({ seen: reads * 1000 });
    return {
      at: new Date(reads * 10_000),
      types: [type],
      backlogs: [{ key: 'orders', seen: reads * 1000, lag: 5000 }],
      errors: [],
      errorClasses: [],
    };
  };
  const made = new FleetPoller({
    readSums,
    readFacts: async () => someFacts(),
    onError: (source) => errors.push(source),
    ...sources,
  });
  return { reader: made, errors, reads: () => reads };
}

test('many who ask at once share one reading, and those right behind them too', async () => {
  const { reader: status, reads } = reader();
  const reports = await Promise.all(Array.from({ length: 10 }, () => status.report()));
  expect(new Set(reports).size).toBe(1);
  await status.report();
  expect(reads()).toBe(1);
});

test('the next reading shows how many entries a second came in', async () => {
  vi.useFakeTimers({ now: 0 });
  const { reader: status } = reader();
  const first = await status.report();
  vi.advanceTimersByTime(10_000);
  const second = await status.report();
  vi.useRealTimers();
  const rates = [first, second].map(({ fleet }) => isReadable(fleet) && fleet.types[0]?.perSecond);
  expect(rates).toEqual([null, 100]);
  const backlogs = [first, second].map(({ fleet }) => isReadable(fleet) && fleet.backlogs);
  expect(backlogs).toMatchObject([
    [{ perSecond: null, secondsLeft: null }],
    [{ perSecond: 100, secondsLeft: 50 }],
  ]);
});

test('the chart of entries a second shows what the workers report, however old the sums are', async () => {
  const work = { jobs: 1, entriesPerSec: 40, keysPerSec: 3 };
  const facts = someFacts({
    queue: { is: aQueue({ processes: [{ app: 'worker', state: 'active', work }] }) },
  });
  const { reader: status } = reader({ readFacts: async () => facts });
  await vi.waitFor(() => expect(status.history.moments).toMatchObject([{ perSecond: 40 }]), {
    timeout: 20_000,
  });
  status.close();
});

test('sums that can’t be read leave the verdict as it is, and are reported by their code', async () => {
  const down = Object.assign(new Error('mongodb://me:s3cret@host'), { code: 'MONGO_UNAVAILABLE' });
  const { reader: status, errors } = reader({ readSums: () => Promise.reject(down) });
  const report = await status.report();
  expect(report.fleet).toEqual({ code: 'MONGO_UNAVAILABLE' });
  expect(report.verdict.level).toBe('complete');
  expect(errors).toEqual(['sums']);
});

test('a clock that is set back does not keep it from reading', async () => {
  vi.useFakeTimers({ now: 86_400_000 });
  const { reader: status, reads } = reader();
  await status.report();
  vi.setSystemTime(0);
  vi.advanceTimersByTime(10_000);
  await status.report();
  vi.useRealTimers();
  expect(reads()).toBe(2);
});

test('what can’t be read because everything is being closed is not reported', async () => {
  let fail = (_: Error) => {};
  const readSums = () => new Promise<never>((_, reject) => (fail = reject));
  const { reader: status, errors } = reader({ readSums });
  const report = status.report();
  status.close();
  fail(new Error('the connection is closed'));
  expect((await report).fleet).toHaveProperty('code');
  expect(errors).toEqual([]);
});

test('sums that take long are not waited for', async () => {
  vi.useFakeTimers();
  const { reader: status, errors } = reader({ readSums: () => new Promise(() => undefined) });
  const report = status.report();
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  expect((await report).fleet).toEqual({ code: 'KEYS_LOADING' });
  expect(errors).toEqual([]);
});

test('facts that are not read anew in time are old, and the verdict says so', async () => {
  vi.useFakeTimers();
  let readings = 0;
  const readFacts = async () => (readings++ === 0 ? someFacts() : await new Promise<never>(() => undefined));
  const { reader: status } = reader({ readFacts });
  expect((await status.report()).verdict.level).toBe('complete');
  await vi.advanceTimersByTimeAsync(18_000);
  const later = status.report();
  await vi.advanceTimersByTimeAsync(15_000);
  const { verdict } = await later;
  vi.useRealTimers();
  expect(verdict).toMatchObject({ level: 'unknown', title: 'The last reading is 33 s old' });
});

test('a page is shown the last report while another one is read, and waits where that is old', async () => {
  vi.useFakeTimers();
  let readings = 0;
  const slow = async () =>
    await new Promise<void>((resolve) => setTimeout(resolve, readings > 1 ? 2_000 : 0));
  const readFacts = async () => {
    readings++;
    await slow();
    return someFacts({ at: Date.now() });
  };
  const { reader: status } = reader({ readFacts });
  const first = status.recent();
  await vi.advanceTimersByTimeAsync(0);
  const { facts } = await first;
  await vi.advanceTimersByTimeAsync(9_000);
  expect((await status.recent()).facts).toBe(facts);
  expect(readings).toBe(2);
  await vi.advanceTimersByTimeAsync(2_500);
  const next = (await status.recent()).facts;
  expect(next.at).toBeGreaterThan(facts.at);
  status.close();
  await vi.advanceTimersByTimeAsync(14_000);
  const late = status.recent();
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await late).facts.at).toBeGreaterThan(next.at + 10_000);
  vi.useRealTimers();
});

test('sums that were slow once are read again soon, and seldom where they always are', async () => {
  vi.useFakeTimers();
  const takes = [0, 10_000, 0, 10_000, 10_000, 0];
  let readings = 0;
  const sums = new ThrottledReader(
    async () => await new Promise((resolve) => setTimeout(() => resolve(readings), takes[readings++])),
    { spacingMs: 1_000, share: 20, patienceMs: 200 },
  );
  const after = async (ms: number) => {
    void sums.read().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(ms);
    return readings;
  };
  expect(await after(2_000)).toBe(1);
  expect(await after(11_000)).toBe(2);
  expect(await after(2_000)).toBe(3);
  expect(await after(11_000)).toBe(4);
  expect(await after(11_000)).toBe(5);
  expect(await after(100_000)).toBe(5);
  expect(await after(1_000)).toBe(5);
  expect(await after(90_000)).toBe(5);
  expect(await after(1_000)).toBe(6);
  vi.useRealTimers();
});

test('a server that did not answer for long is read soon after it answers again', async () => {
  vi.useFakeTimers();
  let isSilent = true;
  let readings = 0;
  const facts = new ThrottledReader(
    async () => {
      readings++;
      await new Promise((resolve) => setTimeout(resolve, isSilent ? 6_000 : 10));
      return isSilent;
    },
    { spacingMs: 1_000, share: 6, patienceMs: 15_000 },
    (failed) => failed,
  );
  const after = async (ms: number) => {
    for (let waited = 0; waited < ms; waited += 1_000) {
      void facts.read();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    return readings;
  };
  expect(await after(60_000)).toBe(5);
  isSilent = false;
  await after(14_000);
  const last = facts.read();
  await vi.advanceTimersByTimeAsync(100);
  expect(await last).toBe(false);
  vi.useRealTimers();
});
