import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { History } from '../src/live/history.js';
import { LiveHub } from '../src/live/live-hub.js';
import { FleetPoller } from '../src/status/fleet-poller.js';
import { aFleet, aMirror, aType, someFacts } from './a-report.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const moment = (at: number) => ({ at, behindMs: 0, lag: 0, perSecond: 0 });

test('what was kept of the hour before a start stands in front of what came since', () => {
  const history = new History();
  for (const at of [100_000, 110_000]) history.add(moment(at));
  history.precede([40_000, 90_000, 105_000].map(moment));
  expect(history.moments.map(({ at }) => at)).toEqual([40_000, 90_000, 100_000, 110_000]);
  history.add(moment(3_650_000));
  expect(history.moments[0]?.at).toBe(90_000);
});

test('the history keeps an hour, a moment every five seconds, however long it goes on', () => {
  const history = new History();
  for (let at = 0; at <= 3 * 3_600_000; at += 1_000) history.add(moment(at));
  expect(history.moments).toHaveLength(721);
  expect(history.moments[0]?.at).toBe(2 * 3_600_000);
});

function aHub() {
  let reads = 0;
  let lag = 0;
  const poller = new FleetPoller({
    readFacts: async () => {
      reads += 1;
      const worst = { entries: lag, ms: 0, keys: lag > 0 ? 1 : 0, worst: [] };
      return someFacts({ mirror: { is: aMirror({ lag: worst }) } });
    },
    readSums: async () => {
      const { perSecond: _none, ...type } = aType({ lag });
      return { ...aFleet([]), at: new Date(), types: [type] };
    },
    onError: () => undefined,
  });
  const hub = new LiveHub(poller);
  const open = async (isAllowed = () => true) => {
    const stream = new PassThrough();
    const got: string[] = [];
    stream.on('data', (chunk: Buffer) => got.push(chunk.toString()));
    await hub.open(stream, isAllowed);
    return { stream, text: () => got.splice(0).join('') };
  };
  const setLag = (to: number) => {
    lag = to;
  };
  return { hub, poller, open, setLag, reads: () => reads };
}

test('a viewer gets all at first, then what changed, and 200 viewers share the readings', async () => {
  const { open, setLag, poller, reads } = aHub();
  const [one, two] = [await open(), await open()];
  for (let i = 0; i < 198; i += 1) await open();
  await vi.advanceTimersByTimeAsync(2_100);
  const first = one.text();
  for (const part of ['verdict', 'tiles', 'types', 'queue', 'errors'])
    expect(first).toContain(`"id":"${part}"`);
  expect(first).toContain('event: history\ndata: {"at":[');
  two.text();
  setLag(1234);
  const before = reads();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reads()).toBe(before + 1);
  const events = one.text();
  expect(events).toContain('1,234 entries behind');
  expect(events).toContain('"id":"types"');
  expect(events).not.toContain('"id":"queue"');
  expect(two.text()).toBe(events);
  poller.close();
});

test('without viewers it is read a fifth as often', async () => {
  const { open, poller, reads } = aHub();
  await vi.advanceTimersByTimeAsync(60_000);
  const idle = reads();
  const { stream } = await open();
  await vi.advanceTimersByTimeAsync(60_000);
  const watched = reads() - idle;
  expect(idle).toBeLessThanOrEqual(7);
  expect(watched).toBeGreaterThanOrEqual(25);
  stream.destroy();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads() - watched - idle).toBeLessThanOrEqual(8);
  poller.close();
});

test('a stream ends with its login, and all of them with the hub', async () => {
  const { hub, open, poller } = aHub();
  let allowed = true;
  const [guest, other] = [await open(() => allowed), await open()];
  allowed = false;
  await vi.advanceTimersByTimeAsync(4_000);
  expect([guest.stream.writableEnded, other.stream.writableEnded]).toEqual([true, false]);
  hub.close();
  expect(other.stream.writableEnded).toBe(true);
  poller.close();
});

test('one who does not read is let go, and the others are not kept waiting', async () => {
  const { hub, open, setLag, poller } = aHub();
  const stuck = new PassThrough();
  await hub.open(stuck, () => true);
  const other = await open();
  for (let i = 0; i < 2_000 && !stuck.destroyed; i += 1) {
    setLag(i);
    await vi.advanceTimersByTimeAsync(2_000);
  }
  expect(stuck.destroyed).toBe(true);
  expect(other.stream.destroyed).toBe(false);
  poller.close();
});
