import { objectIdOf } from '@redis-to-mongo/mongo-sink';
import { BEFORE_FIRST, compareEntryIds, isEntryId, membersOf } from '@redis-to-mongo/pipeline';

/** A time at which a key appeared or disappeared, as the old engine recorded it. */
export interface OldActivity {
  readonly at: Date;
  readonly isActive: boolean;
}

/** The old engine's data of a stream, from one or more of its documents. */
export interface OldStream {
  readonly key: string;
  /** The last entry that it had read; null if it had read none or kept no position. */
  readonly upTo: string | null;
  readonly activity: readonly OldActivity[];
  readonly isActive: boolean;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Parses a document of a stream. @returns `undefined` if it does not have the old engine's form. */
export function parseOldStream(document: Fields): (OldStream & { readonly id: string }) | undefined {
  const key = document.key ?? document.name;
  const id = objectIdOf(document._id);
  if (typeof key !== 'string' || key === '' || id === undefined) return undefined;
  const { last_redis_read_id: read } = document;
  return {
    id: id.hex,
    key,
    upTo: isEntryId(read) && read !== BEFORE_FIRST ? read : null,
    ...activityOf(document),
    createdAt: dateOf(document.created_at) ?? new Date(id.ms),
    updatedAt: dateOf(document.updated_at),
  };
}

/** When the key existed, according to a document. */
export function activityOf(document: Fields): Pick<OldStream, 'activity' | 'isActive'> {
  const history: unknown[] = Array.isArray(document.activity_history) ? document.activity_history : [];
  const activity = history
    .flatMap((each): OldActivity[] => {
      const { timestamp, active_now: isActive } = membersOf(each);
      const at = dateOf(timestamp);
      return at && isActive !== undefined ? [{ at, isActive: isActive === true }] : [];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return { activity, isActive: document.active_now !== false };
}

/**
 * Merges two documents of a stream. The further position counts, and the later document decides whether the
 * stream exists.
 */
export function mergeOldStreams(one: OldStream, other: OldStream): OldStream {
  const isLater = (other.updatedAt?.getTime() ?? 0) >= (one.updatedAt?.getTime() ?? 0);
  return {
    key: one.key,
    upTo: later(one.upTo, other.upTo),
    activity: [...one.activity, ...other.activity].sort((a, b) => a.at.getTime() - b.at.getTime()),
    isActive: (isLater ? other : one).isActive,
    createdAt: extreme(Math.min, one.createdAt, other.createdAt),
    updatedAt: extreme(Math.max, one.updatedAt, other.updatedAt),
  };
}

/** Parses a time, from the driver or from JSON. */
export function dateOf(value: unknown): Date | undefined {
  const date =
    value instanceof Date
      ? value
      : new Date(typeof value === 'string' || typeof value === 'number' ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return compareEntryIds(one, other) >= 0 ? one : other;
}

function extreme(
  choose: (...ms: number[]) => number,
  one: Date | undefined,
  other: Date | undefined,
): Date | undefined {
  return one && other ? new Date(choose(one.getTime(), other.getTime())) : (one ?? other);
}
