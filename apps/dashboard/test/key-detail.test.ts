import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { SyncError } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import { type KeyDetailSources, readKeyDetail } from '../src/keys/key-detail.js';
import { keyContent } from '../src/pages/key-page.js';
import { NO_DETAILS } from './a-dashboard.js';

const SUMMARY: KeySummary = {
  ...{ key: 'orders', keyType: 'stream', stream: 'orders', type: 'main', status: 'active', paused: false },
  ...{ incarnation: 1, entryId: '1-0', lag: 0, seen: 3, written: 2, alreadyThere: 0, dead: 0, gap: 1 },
  ...{ firstSyncedAt: 0, lastSyncedAt: 0, lastChangedAt: null, error: null },
};

const sources = (readKey: KeyDetailSources['readKey']): KeyDetailSources => ({
  readSummaries: async () => new Map([['orders', SUMMARY]]),
  readKey,
  nextRuns: async () => [1000],
  ...NO_DETAILS,
});

const failing = (code: string) => async () => {
  throw new SyncError(code, 'unknown', 'no');
};

it('a key whose document is damaged shows what its summary has', async () => {
  const detail = await readKeyDetail(sources(failing('KEY_STATE_INVALID')), 'orders');
  expect(detail).toMatchObject({ summary: SUMMARY, state: undefined, nextRunAt: 1000 });
});

it('a document that can’t be read is reported, and not taken for one without gaps', async () => {
  await expect(readKeyDetail(sources(failing('MONGO_UNAVAILABLE')), 'orders')).rejects.toMatchObject({
    code: 'MONGO_UNAVAILABLE',
  });
});

it('a key’s next run is unknown while the queue does not answer, and not “not scheduled”', async () => {
  const nextRunOf = async (nextRuns: KeyDetailSources['nextRuns'], keyType: KeySummary['keyType']) => {
    const from = { ...sources(async () => undefined), nextRuns };
    const detail = await readKeyDetail(from, 'orders');
    const page = detail && keyContent({ ...detail, summary: { ...SUMMARY, keyType } }, true).toString();
    return page?.match(/<dt>Next run<\/dt><dd>([^<]*)/)?.[1];
  };
  expect(await nextRunOf(failing('QUEUE_TIMEOUT'), 'stream')).toBe('unknown');
  expect(await nextRunOf(async () => [null], 'stream')).toBe('not scheduled');
  expect(await nextRunOf(async () => [null], 'hash')).toBe('when it changes');
});
