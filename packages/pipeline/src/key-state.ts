import { type Gap, keptGaps } from './kept-gaps.js';
import type { KeyType } from './key-type.js';
import type { Place } from './naming-convention.js';
import type { DocumentPlace } from './rules/rule-book.js';
import { type DocumentId, sameDocumentId } from './shape/document-id.js';

/**
 * How far a key has been synced, in the form of its syncer. It is stored in the key's document and read back
 * by the same syncer.
 */
export type Position = Readonly<Record<string, string | number | boolean | null>>;

/** Running totals over all incarnations of a key. seen = written + alreadyThere + dead, always. */
export interface Counts {
  readonly seen: number;
  readonly written: number;
  readonly alreadyThere: number;
  readonly dead: number;
  /** Entries that Redis dropped before they were read. Not part of seen. */
  readonly gap: number;
}

/** One period in which the key existed, as the fleet noticed it. */
export interface Period {
  readonly incarnation: number;
  readonly from: Date;
  readonly to: Date | null;
  /** Why the period ended; null if it has not ended. */
  readonly end: 'deleted' | 'rewound' | 'type changed' | null;
  /** Where its documents are, if a rule named a collection. */
  readonly collection?: string;
  /** The `_id` of its value's document, if a rule made one. */
  readonly documentId?: DocumentId;
}

/**
 * A place of a key's documents: the collection that a rule named, and the `_id` that a rule made; null if no
 * rule did.
 */
export interface FormerPlace {
  readonly collection: string | null;
  readonly documentId: DocumentId | null;
}

/** The document of a key in `keys`: registry, checkpoint and status page in one. */
export interface KeyState extends Place {
  /** The key id; `_id` in MongoDB. */
  readonly key: string;
  readonly keyType: KeyType;
  readonly status: 'active' | 'deleted';
  /** Counts the incarnations of the key, from 1. */
  readonly incarnation: number;
  /** Increases by one with every save; 0: never saved. Saves are compare-and-set on it. */
  readonly revision: number;
  readonly position: Position | null;
  /** Number of entries in Redis behind the position when the key was last read; 0 for values. */
  readonly lag: number;
  readonly counts: Counts;
  /** The newest ones, oldest first. */
  readonly gaps: readonly Gap[];
  /** The newest ones, oldest first. */
  readonly activity: readonly Period[];
  readonly firstSyncedAt: Date;
  readonly lastSyncedAt: Date;
  /** When a change was last found in Redis. */
  readonly lastChangedAt: Date | null;
  /** When Redis will remove the key (or would have removed a deleted key), by its clock; null for never. */
  readonly expiresAt: Date | null;
  /**
   * The collection of this incarnation's documents, if a rule named one; otherwise it is that of the key's
   * type.
   */
  readonly collection?: string | null;
  /** The `_id` of this incarnation's value document, if a rule made one; otherwise it is the key id. */
  readonly documentId?: DocumentId | null;
  /**
   * The fingerprint of the rule that made the documents of this incarnation, see ruleFingerprint. For a
   * stream, the rule of its first documents.
   */
  readonly rule?: string | null;
  /** Other places that may hold documents of the key, because a migration has begun and not ended. */
  readonly formerPlaces?: readonly FormerPlace[] | null;
  readonly lastError: { readonly code: string; readonly message: string; readonly at: Date } | null;
  /** When an operator paused the key; null if it is not paused. No job changes this field. */
  readonly pausedAt: Date | null;
}

/** A loaded state, parsed only as far as needed to see that a value is unchanged. `whole` parses the rest. */
export interface LoadedState
  extends Pick<KeyState, 'key' | 'keyType' | 'status' | 'position' | 'lastError' | 'pausedAt'> {
  whole(): KeyState;
}

/** Maximum number of gaps and of periods in a key's document. `counts` keeps the totals. */
export const HISTORY_KEPT = 50;

const NO_COUNTS: Counts = { seen: 0, written: 0, alreadyThere: 0, dead: 0, gap: 0 };

/** The state of a key at its first sync. */
export function firstState(key: string, place: Place, keyType: KeyType, now: Date): KeyState {
  return {
    key,
    keyType,
    stream: place.stream,
    type: place.type,
    status: 'active',
    incarnation: 1,
    revision: 0,
    position: null,
    lag: 0,
    counts: NO_COUNTS,
    gaps: [],
    activity: [{ incarnation: 1, from: now, to: null, end: null }],
    firstSyncedAt: now,
    lastSyncedAt: now,
    lastChangedAt: null,
    expiresAt: null,
    lastError: null,
    pausedAt: null,
  };
}

/** Ends the incarnation of a key that is no longer in Redis. The position stays as a record. */
export function retired(state: KeyState, now: Date): KeyState {
  return {
    ...state,
    status: 'deleted',
    lag: 0,
    activity: ended(state.activity, 'deleted', now),
    lastSyncedAt: now,
    lastChangedAt: now,
    lastError: null,
  };
}

/**
 * The next incarnation of a key: it came back, was rewound, or changed its type. Its position starts again.
 * Its documents have the same place as those of the last incarnation; see inPlace.
 * @param incarnation its number; higher than the next one if MongoDB has lost the state of later incarnations.
 */
export function nextIncarnation(
  state: KeyState,
  keyType: KeyType,
  end: Exclude<Period['end'], null>,
  now: Date,
  incarnation = state.incarnation + 1,
): KeyState {
  const next: Period = {
    incarnation,
    from: now,
    to: null,
    end: null,
    ...(state.collection ? { collection: state.collection } : {}),
    ...(state.documentId ? { documentId: state.documentId } : {}),
  };
  return {
    ...state,
    keyType,
    status: 'active',
    incarnation,
    position: null,
    lag: 0,
    activity: [...ended(state.activity, end, now), next].slice(-HISTORY_KEPT),
    lastChangedAt: now,
    expiresAt: null,
  };
}

/** Sets the collection of the current incarnation's documents, as a rule names it. */
export function inCollection(state: KeyState, collection: string | null): KeyState {
  if ((state.collection ?? null) === collection && collection === null) return state;
  const activity = state.activity.map(({ collection: _, ...period }, i, all): Period => {
    const before = all[i]?.collection;
    const own = i === all.length - 1 ? (collection ?? undefined) : before;
    return own === undefined ? period : { ...period, collection: own };
  });
  return { ...state, collection, activity };
}

/** Sets the place of the current incarnation's documents, as a rule gives it. */
export function inPlace(state: KeyState, { collection, documentId, rule }: DocumentPlace): KeyState {
  const moved = withRule(inCollection(state, collection), rule);
  if (!documentId && !moved.documentId) return moved;
  const activity = moved.activity.map(({ documentId: before, ...period }, i, all): Period => {
    const own = i === all.length - 1 ? documentId : before;
    return own === undefined ? period : { ...period, documentId: own };
  });
  return { ...moved, documentId: documentId ?? null, activity };
}

/**
 * Begins a migration to a place: the state remembers every other place that may still hold documents of the
 * key.
 */
export function movingTo(state: KeyState, place: DocumentPlace): KeyState {
  const { collection = null, documentId = null, formerPlaces } = state;
  const target = { collection: place.collection, documentId: place.documentId ?? null };
  const others = (formerPlaces ?? []).filter((each) => !isSamePlace(each, { collection, documentId }));
  const former = [...others, { collection, documentId }].filter((each) => !isSamePlace(each, target));
  return { ...inPlace(state, place), formerPlaces: former.length > 0 ? former : null };
}

/**
 * The places, besides the current one, that may hold documents of a key: those of its incarnations and of an
 * unfinished migration.
 */
export function earlierPlacesOf({
  activity,
  formerPlaces,
}: Pick<KeyState, 'activity' | 'formerPlaces'>): readonly (Period | FormerPlace)[] {
  return [...activity, ...(formerPlaces ?? [])];
}

/** Sets the fingerprint of the rule that made the documents. */
export function withRule(state: KeyState, rule: string | undefined): KeyState {
  return (state.rule ?? undefined) === rule ? state : { ...state, rule: rule ?? null };
}

/** Whether two places are the same: the same collection and the same `_id`. */
export function isSamePlace(
  a: Pick<KeyState, 'collection' | 'documentId'>,
  b: Pick<KeyState, 'collection' | 'documentId'>,
): boolean {
  return (
    (a.collection ?? null) === (b.collection ?? null) &&
    sameDocumentId(a.documentId ?? undefined, b.documentId ?? undefined)
  );
}

/**
 * Whether all of a key's documents already have the collection, the `_id` and the shape of the current rule.
 */
export function isInPlace(
  state: Pick<KeyState, 'collection' | 'documentId' | 'rule' | 'formerPlaces'>,
  { collection, documentId, rule }: DocumentPlace,
): boolean {
  return (
    !state.formerPlaces?.length &&
    isSamePlace(state, { collection, documentId: documentId ?? null }) &&
    (state.rule ?? undefined) === rule
  );
}

function ended(activity: readonly Period[], end: Exclude<Period['end'], null>, now: Date): readonly Period[] {
  return activity.map((period) => (period.to === null ? { ...period, to: now, end } : period));
}

/** Adds gaps to a state: at most HISTORY_KEPT, see keptGaps. The count includes all. */
export function withGaps(state: KeyState, gaps: readonly Gap[]): KeyState {
  if (gaps.length === 0) return state;
  const entries = gaps.reduce((sum, gap) => sum + gap.entries, 0);
  return {
    ...state,
    counts: { ...state.counts, gap: state.counts.gap + entries },
    gaps: keptGaps([...state.gaps, ...gaps], HISTORY_KEPT),
  };
}
