import { describe, expect, it } from 'vitest';
import {
  accountFor,
  canBeMissing,
  gapsOf,
  isRewound,
  mustHold,
  parseStreamPosition,
} from '../src/streams/stream-account.js';
import { entrySizes, parseStreamInfo, type StreamInfo } from '../src/streams/stream-info.js';

function infoOf(more: Partial<StreamInfo>): StreamInfo {
  return {
    ...{ length: 0, lastId: '0-0', added: 0, maxDeletedId: '0-0', groups: 0 },
    ...{ firstId: undefined, firstDigest: undefined, lastEntryId: undefined, ...more },
  };
}

describe('the account of a read', () => {
  it('is even when everything that was added was read or is left', () => {
    const info = infoOf({ length: 10, lastId: '10-0', added: 10, firstId: '1-0' });
    expect(accountFor({ entryId: '0-0', consumed: 0 }, info, 4, false)).toEqual({
      missing: 0,
      lag: 6,
      consumed: 4,
      isSettled: true,
    });
    expect(accountFor({ entryId: '4-0', consumed: 4 }, info, 6, true)).toEqual({
      missing: 0,
      lag: 0,
      consumed: 10,
      isSettled: true,
    });
  });

  it('misses what was trimmed beyond the position, at once', () => {
    const info = infoOf({ length: 5, lastId: '30-0', added: 30, firstId: '26-0' });
    expect(accountFor({ entryId: '10-0', consumed: 10 }, info, 2, false)).toEqual({
      missing: 15,
      lag: 3,
      consumed: 27,
      isSettled: true,
    });
  });

  it('leaves single deletions in a backlog to the read that reaches the end', () => {
    const info = infoOf({ length: 18, lastId: '20-0', added: 20, firstId: '1-0', maxDeletedId: '15-0' });
    const middle = accountFor({ entryId: '5-0', consumed: 5 }, info, 5, false);
    expect(middle).toMatchObject({ missing: 0, consumed: 10, isSettled: false });
    expect(accountFor({ entryId: '10-0', consumed: 10 }, info, 8, true)).toMatchObject({
      missing: 2,
      consumed: 20,
      isSettled: true,
    });
  });

  it('comes out negative for another incarnation of the stream', () => {
    const info = infoOf({ length: 20, lastId: '30-0', added: 20, firstId: '11-0' });
    expect(accountFor({ entryId: '10-0', consumed: 10 }, info, 20, true).missing).toBeLessThan(0);
  });

  it('before Redis 7 is estimated, and says so', () => {
    const old = { added: undefined, maxDeletedId: undefined };
    const info = infoOf({ ...old, length: 11, lastId: '3000-0', firstId: '2000-0' });
    const account = accountFor({ entryId: '1000-0', consumed: 40 }, info, 11, true);
    expect(account).toEqual({ missing: 9, lag: 0, consumed: 51, isSettled: true });
    expect(
      gapsOf({ entryId: '1000-0', settledId: '1000-0' }, info, account.missing, 1, new Date(0)),
    ).toMatchObject([{ entries: 9, exact: false }]);
    const whole = infoOf({ ...old, length: 11, lastId: '3000-0', firstId: '1000-0' });
    expect(accountFor({ entryId: '1000-0', consumed: 1 }, whole, 4, false)).toEqual({
      missing: 0,
      lag: 6,
      consumed: 5,
      isSettled: true,
    });
  });
});

describe('a rewound stream', () => {
  const position = parseStreamPosition({ entryId: '5-0', passed: 5, lastId: '6-0', added: 6, digest: 'x' });
  if (!position) throw new Error('no position');

  it('is known by counters or ids that went back', () => {
    expect(isRewound(position, infoOf({ lastId: '5-9', added: 7 }))).toBe(true);
    expect(isRewound(position, infoOf({ lastId: '7-0', added: 5 }))).toBe(true);
    expect(isRewound(position, infoOf({ lastId: '6-0', added: 6 }))).toBe(false);
    expect(isRewound(position, infoOf({ lastId: '10-0', added: 7 }))).toBe(false);
  });

  it('is known by a first entry that went back, or by more entries than were added', () => {
    const held = { ...position, length: 3, firstId: '2-0' };
    const same = { lastId: '6-0', added: 6 };
    expect(isRewound(held, infoOf({ ...same, length: 3, firstId: '2-0' }))).toBe(false);
    expect(isRewound(held, infoOf({ ...same, length: 3, firstId: '1-9' }))).toBe(true);
    expect(isRewound(held, infoOf({ ...same, length: 4, firstId: '2-0' }))).toBe(true);
    expect(isRewound({ ...held, firstId: null }, infoOf({ ...same, length: 3, firstId: '6-0' }))).toBe(true);
  });

  it('is known by its ids alone before Redis 7', () => {
    expect(isRewound(position, infoOf({ lastId: '5-9', added: undefined }))).toBe(true);
    expect(isRewound(position, infoOf({ lastId: '9-0', added: undefined }))).toBe(false);
  });
});

describe('the last entry that was read', () => {
  const last = { entryId: '10-0', settledId: '10-0', added: 10 };
  const info = infoOf({ length: 20, lastId: '30-0', added: 20, firstId: '4-0', maxDeletedId: '0-0' });

  it('must be there still where older ones are, and nothing so late was deleted', () => {
    expect(mustHold(last, info)).toBe(true);
    expect(mustHold(last, { ...info, maxDeletedId: '9-0' })).toBe(true);
  });

  it('may have been trimmed or deleted, and before Redis 7 this is unknown', () => {
    expect(mustHold(last, { ...info, firstId: '11-0' })).toBe(false);
    expect(mustHold(last, { ...info, maxDeletedId: '10-0' })).toBe(false);
    expect(mustHold(last, { ...info, maxDeletedId: undefined })).toBe(false);
    expect(mustHold({ ...last, added: null }, info)).toBe(false);
  });

  it('may have been trimmed anywhere where there are consumer groups, by what they have acknowledged', () => {
    expect(mustHold(last, { ...info, groups: 1 })).toBe(false);
    expect(canBeMissing(last, { ...info, groups: 1 })).toBe(true);
    // The groups may have been destroyed since.
    expect(mustHold({ ...last, hadGroups: true }, info)).toBe(false);
    expect(canBeMissing({ ...last, hadGroups: true }, info)).toBe(true);
    const [gap] = gapsOf(last, { ...info, groups: 1 }, 3, 1, new Date(0));
    expect(gap).toMatchObject({ entries: 3, after: '10-0', upTo: '30-0' });
  });

  it('is the last thing that can be lost, where neither the head nor a deletion has come so far', () => {
    expect(canBeMissing(last, info)).toBe(false);
    expect(canBeMissing(last, { ...info, firstId: '11-0' })).toBe(true);
    expect(canBeMissing(last, { ...info, maxDeletedId: '11-0' })).toBe(true);
  });

  it('is not where counting ends: what reads of a backlog passed can be lost before it', () => {
    const consumed = { ...last, settledId: '5-0' };
    expect(canBeMissing(consumed, { ...info, maxDeletedId: '7-0' })).toBe(true);
    expect(canBeMissing({ ...last, settledId: undefined }, info)).toBe(true);
    const [gap] = gapsOf(consumed, { ...info, maxDeletedId: '7-0' }, 2, 1, new Date(0));
    expect(gap).toMatchObject({ entries: 2, cause: 'deleted', after: '5-0', upTo: '7-0' });
  });
});

describe('what comes from outside', () => {
  it('is refused where it is not of the documented form', () => {
    expect(() => parseStreamInfo('nonsense')).toThrow(TypeError);
    expect(() => parseStreamInfo(['length', 'many'])).toThrow(TypeError);
    expect(() => parseStreamPosition({ entryId: '1', passed: 1, lastId: '1-0' })).toThrow(/resync/);
    expect(parseStreamPosition(null)).toBeUndefined();
  });

  it('gives the size of the first and the last entry', () => {
    const reply = ['length', 2, 'first-entry', ['1-0', ['a', 'xx']], 'last-entry', ['2-0', ['a', 'xxxx']]];
    expect(entrySizes(reply)).toEqual([153, 155]);
    expect(entrySizes(['length', 0, 'first-entry', null, 'last-entry', null])).toEqual([]);
  });
});
