import {
  BEFORE_FIRST,
  compareEntryIds,
  entryIdBefore,
  type Gap,
  isEntryId,
  type KeyState,
  type Position,
} from '@redis-to-mongo/pipeline';
import type { StreamInfo } from './stream-info.js';
import { StreamMarks } from './stream-marks.js';

/**
 * A stream's position. Redis counts every entry that was ever added to a stream; `consumed` is the number of
 * these entries up to the position, read or lost. An entry that was added, is not consumed and is no longer
 * there belongs to a gap.
 */
export interface StreamPosition {
  /** The last entry that was read. */
  readonly entryId: string;
  readonly consumed: number;
  /**
   * The last position at which `consumed` was exact. Between here and `entryId`, entries may be missing that
   * no read could count yet. `undefined` in positions of an earlier version.
   */
  readonly settledId: string | undefined;
  /** Entries that Redis had dropped before this incarnation was first read. */
  readonly droppedBeforeStart: number;
  /**
   * The stream's last-generated-id and entries-added when it was last read; both only grow within one
   * incarnation.
   */
  readonly lastId: string;
  readonly added: number | null;
  /**
   * Fingerprint of the last entry that was read: in a stream that was created again with the same ids, it
   * differs.
   */
  readonly digest: string;
  /**
   * Number of entries in the stream when it was last read; `undefined` in positions of an earlier version.
   */
  readonly length: number | undefined;
  /** The first of these entries; null if there were none. */
  readonly firstId: string | null | undefined;
  /** Marks: fingerprints of entries spread over the stream, as they were read. */
  readonly marks: StreamMarks;
  /**
   * The average size of an entry in the last read, in bytes, for sizing the next read; 0 if it is not known.
   */
  readonly entryBytes: number;
  /** Whether the last read contained bytes that are not UTF-8. */
  readonly binary: boolean;
  /** Whether a read of this incarnation has found consumer groups; see mustHold. */
  readonly hadGroups: boolean;
}

/** @throws TypeError if the stored position is not that of a stream. */
export function parseStreamPosition(stored: Position | null): StreamPosition | undefined {
  if (stored === null) return undefined;
  const { entryId, passed: consumed, settledId, before, lastId, added, digest } = stored;
  const { length, firstId, marks, entryBytes, binary, hadGroups } = stored;
  if (!isEntryId(entryId) || !isEntryId(lastId) || typeof consumed !== 'number')
    throw new TypeError('position: not a stream position; resync the key');
  return {
    entryId,
    consumed,
    settledId: isEntryId(settledId) ? settledId : undefined,
    droppedBeforeStart: typeof before === 'number' ? before : 0,
    lastId,
    added: typeof added === 'number' ? added : null,
    digest: typeof digest === 'string' ? digest : '',
    length: typeof length === 'number' ? length : undefined,
    firstId: firstId === null || isEntryId(firstId) ? firstId : undefined,
    marks: StreamMarks.parse(marks),
    entryBytes: typeof entryBytes === 'number' ? entryBytes : 0,
    binary: binary === true,
    hadGroups: hadGroups === true,
  };
}

/**
 * The position in its stored form, where `consumed` is named `passed`, and `droppedBeforeStart` is named
 * `before`.
 */
export function toStored(position: StreamPosition): Position {
  const { consumed, droppedBeforeStart, length, firstId, marks, settledId, hadGroups, ...rest } = position;
  return {
    ...rest,
    passed: consumed,
    before: droppedBeforeStart,
    ...(settledId === undefined ? {} : { settledId }),
    ...(length === undefined ? {} : { length }),
    ...(firstId === undefined ? {} : { firstId }),
    marks: `${marks}`,
    ...(hadGroups ? { hadGroups } : {}),
  };
}

/**
 * Whether the stream went back since the last read, which cannot happen within one incarnation: a counter or
 * the last id is lower than before, the first entry is an earlier one, or the stream grew by more entries
 * than were added.
 */
export function isRewound(position: StreamPosition, info: StreamInfo): boolean {
  if (compareEntryIds(info.lastId, position.lastId) < 0 || isHeadBack(position, info)) return true;
  if (info.added === undefined || position.added === null) return false;
  const added = info.added - position.added;
  return added < 0 || (position.length !== undefined && info.length - position.length > added);
}

function isHeadBack({ firstId, lastId }: StreamPosition, info: StreamInfo): boolean {
  if (firstId === undefined || info.firstId === undefined) return false;
  return firstId === null
    ? compareEntryIds(info.firstId, lastId) <= 0
    : compareEntryIds(info.firstId, firstId) < 0;
}

type HadGroups = Partial<Pick<StreamPosition, 'hadGroups'>>;

/**
 * Whether an entry that was read must still be there, if this is still the same stream. Trimming removes
 * entries only from the head, and a deletion after the head shows in `max-deleted-entry-id`. The answer is
 * false if this is not known: before Redis 7, right after an upgrade to it, and with consumer groups, because
 * Redis 8.2 can trim the entries that they have acknowledged. The groups may have been removed since.
 * Source: https://redis.io/docs/latest/commands/xtrim/
 */
export function mustHold(
  { entryId, added, hadGroups = false }: Pick<StreamPosition, 'entryId' | 'added'> & HadGroups,
  info: StreamInfo,
): boolean {
  const { firstId, maxDeletedId, groups } = info;
  if (added === null || firstId === undefined || maxDeletedId === undefined) return false;
  if (hadGroups || groups > 0) return false;
  return compareEntryIds(firstId, entryId) < 0 && compareEntryIds(maxDeletedId, entryId) < 0;
}

/** Whether unread entries may be missing, if this is still the same stream; see mustHold. */
export function canBeMissing(
  { settledId, hadGroups = false }: Pick<StreamPosition, 'settledId'> & HadGroups,
  info: StreamInfo,
): boolean {
  const { firstId, maxDeletedId, groups } = info;
  if (settledId === undefined || hadGroups) return true;
  if (firstId === undefined || maxDeletedId === undefined || groups > 0) return true;
  return compareEntryIds(firstId, settledId) > 0 || compareEntryIds(maxDeletedId, settledId) > 0;
}

/** The result of accounting for one read of a stream; see accountFor. */
export interface Account {
  /**
   * Number of entries added after the position that are no longer there. If negative, this is another
   * incarnation.
   */
  readonly missing: number;
  /** Number of entries still to be read after this read. */
  readonly lag: number;
  readonly consumed: number;
  /** Whether every entry up to the last one read is accounted for. */
  readonly isSettled: boolean;
}

/**
 * Accounts for a read of `entries` entries after `position`, made at the same instant as `info`.
 *
 * `missing` is exact in two cases: the read reached the end of the stream, or the head has moved beyond the
 * position, so that all remaining entries are unread. Otherwise (single deletions in a backlog), the read
 * that reaches the end counts them. Before Redis 7, Redis does not count the entries ever added, so `missing`
 * is estimated.
 */
export function accountFor(
  position: { readonly entryId: string; readonly consumed: number },
  info: StreamInfo,
  entries: number,
  reachedEnd: boolean,
): Account {
  const headMoved = info.firstId === undefined || compareEntryIds(info.firstId, position.entryId) > 0;
  const left = headMoved ? info.length - entries : undefined;
  if (info.added === undefined) {
    const lag = left ?? Math.max(1, info.length - position.consumed - entries);
    const missing = headMoved ? estimateMissing(position.entryId, info) : 0;
    return { missing, lag: reachedEnd ? 0 : lag, consumed: position.consumed + entries, isSettled: true };
  }
  const unread = info.added - position.consumed;
  const missing = reachedEnd ? unread - entries : headMoved ? unread - info.length : 0;
  const consumed = position.consumed + entries + Math.max(0, missing);
  const lag = reachedEnd ? 0 : (left ?? info.added - consumed);
  return { missing, lag, consumed, isSettled: reachedEnd || headMoved };
}

/**
 * Before Redis 7: estimates the number of entries trimmed between the position and the first remaining entry,
 * by the rate at which the remaining entries were added. Single deletions can't be seen.
 */
function estimateMissing(entryId: string, { firstId, lastId, length }: StreamInfo): number {
  if (firstId === undefined || entryId === BEFORE_FIRST) return 0;
  const ms = (id: string) => Number(id.slice(0, id.indexOf('-')));
  const span = ms(lastId) - ms(firstId);
  if (span <= 0 || length < 2) return 0;
  return Math.max(0, Math.round(((ms(firstId) - ms(entryId)) * (length - 1)) / span) - 1);
}

/** The position before the first read. Entries that Redis dropped before the first read count as consumed. */
export function startOf(
  info: StreamInfo,
): Pick<StreamPosition, 'entryId' | 'consumed' | 'droppedBeforeStart' | 'settledId'> {
  const dropped = info.added === undefined ? 0 : info.added - info.length;
  return { entryId: BEFORE_FIRST, consumed: dropped, droppedBeforeStart: dropped, settledId: BEFORE_FIRST };
}

/**
 * The gap that `missing` entries leave, with its cause as far as Redis reports it. The number is not exact if
 * the remaining entries are older than the last read: the stream may have arrived by RENAME or RESTORE, and
 * brought its counters along.
 */
function gapOf(
  position: { readonly entryId: string },
  info: StreamInfo,
  missing: number,
  incarnation: number,
  readAt: Date,
): Gap {
  const headMoved = info.firstId === undefined || compareEntryIds(info.firstId, position.entryId) > 0;
  const deletedAhead =
    info.maxDeletedId === undefined || compareEntryIds(info.maxDeletedId, position.entryId) > 0;
  const cause = !deletedAhead ? 'trimmed' : headMoved ? 'trimmed or deleted' : 'deleted';
  const beforeHead = info.firstId === undefined ? undefined : entryIdBefore(info.firstId);
  const bound = cause === 'deleted' ? info.maxDeletedId : beforeHead;
  return {
    incarnation,
    after: position.entryId,
    upTo: bound !== undefined && compareEntryIds(bound, position.entryId) > 0 ? bound : info.lastId,
    entries: missing,
    cause,
    exact: info.added !== undefined && !(headMoved && isOlderThan(readAt, info)),
    at: new Date(),
  };
}

/**
 * The gap after a known position, if there is one.
 * @param readAt a time at which the stream was certainly read.
 */
export function gapsOf(
  { entryId, settledId }: Pick<StreamPosition, 'entryId' | 'settledId'>,
  info: StreamInfo,
  missing: number,
  incarnation: number,
  readAt: Date,
): Gap[] {
  return missing > 0 ? [gapOf({ entryId: settledId ?? entryId }, info, missing, incarnation, readAt)] : [];
}

/**
 * Whether the first entry has an id from before a time. If ids are times, the entry can't have been added
 * later.
 */
function isOlderThan(time: Date, { firstId }: StreamInfo): boolean {
  return firstId !== undefined && compareEntryIds(firstId, `${time.getTime()}-0`) < 0;
}

/**
 * The entries that Redis had dropped before an incarnation's first read. For the first incarnation they are
 * history, noted in the position. For a later one they are a gap: they were lost while the fleet ran. If the
 * end of the earlier incarnation was not seen (the stream was rewound, or created again between two reads),
 * entries at or before the old position may be those read before, so they are not counted. The number is
 * never exact: a stream that arrived by RENAME, COPY or RESTORE also counts entries that it had lost
 * elsewhere.
 */
export function gapsAtStart(
  state: KeyState,
  stored: StreamPosition | undefined,
  info: StreamInfo,
  incarnation: number,
): Gap[] {
  const { droppedBeforeStart, entryId } = startOf(info);
  if (incarnation === 1 || droppedBeforeStart === 0) return [];
  if (stored && info.firstId !== undefined && compareEntryIds(info.firstId, stored.entryId) <= 0) return [];
  return [{ ...gapOf({ entryId }, info, droppedBeforeStart, incarnation, state.lastSyncedAt), exact: false }];
}
