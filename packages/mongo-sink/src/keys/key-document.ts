import { isKeyType } from '@redis-to-mongo/key-types';
import { type DocumentId, type KeyState, membersOf, SyncError, shownKey } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';

/** A key's document in `keys`, as it is stored. */
export interface KeyDocument extends Omit<KeyState, 'key'> {
  readonly _id: string;
  /** Identifies the last save, so that a repeated save is recognized. */
  readonly savedBy: string;
  /**
   * For a deleted key: the time of the deletion, or of the last check that found a reason to keep its
   * document.
   */
  readonly goneCheckedAt?: Date | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Names each field, which takes a third of the time of copying all fields except the key. */
export function toKeyDocument(state: KeyState, savedBy: string): KeyDocument {
  const document: Writable<KeyDocument> = {
    _id: state.key,
    keyType: state.keyType,
    stream: state.stream,
    type: state.type,
    status: state.status,
    incarnation: state.incarnation,
    revision: state.revision,
    position: state.position,
    lag: state.lag,
    counts: state.counts,
    gaps: state.gaps,
    activity: state.activity,
    firstSyncedAt: state.firstSyncedAt,
    lastSyncedAt: state.lastSyncedAt,
    lastChangedAt: state.lastChangedAt,
    expiresAt: state.expiresAt,
    lastError: state.lastError,
    pausedAt: state.pausedAt,
    savedBy,
  };
  if (state.collection !== undefined) document.collection = state.collection;
  if (state.documentId !== undefined) document.documentId = state.documentId;
  if (state.rule !== undefined) document.rule = state.rule;
  if (state.formerPlaces !== undefined) document.formerPlaces = state.formerPlaces;
  return document;
}

/** The fields that differ between two states, for a `$set`; the revision is always among them. */
export function changedFields(before: KeyState, next: KeyState, savedBy: string): Document {
  const changed: Document = { revision: next.revision, savedBy };
  const [from, to]: readonly [Document, Document] = [before, next];
  for (const name in to) if (to[name] !== from[name] && name !== 'key') changed[name] = to[name];
  if (next.status !== before.status)
    changed.goneCheckedAt = next.status === 'deleted' ? next.lastSyncedAt : null;
  return changed;
}

/** The fields of a document in `keys` that headOf checks, and those of a LoadedState. */
export const HEAD: ReadonlySet<string> = new Set([
  ...['_id', 'keyType', 'stream', 'type', 'status', 'incarnation', 'revision', 'position'],
  ...['lastError', 'pausedAt'],
]);

/**
 * Checks a key's document.
 * @throws SyncError KEY_STATE_INVALID if the document is not from this fleet, or is damaged.
 */
export function headOf(document: Document) {
  const { _id, keyType, stream, type, status, incarnation, revision, position } = document;
  if (
    typeof _id !== 'string' ||
    !isKeyType(keyType) ||
    typeof stream !== 'string' ||
    typeof type !== 'string' ||
    (status !== 'active' && status !== 'deleted') ||
    !Number.isSafeInteger(incarnation) ||
    !Number.isSafeInteger(revision) ||
    typeof position !== 'object'
  )
    throw new SyncError(
      'KEY_STATE_INVALID',
      'unknown',
      `key ${shownKey(String(_id))}: its document in "keys" is not from this fleet: remove it (db.keys.deleteOne({ _id: … })) to sync the key again`,
    );
  return {
    key: _id,
    keyType,
    stream,
    type,
    status,
    incarnation,
    revision,
    position,
    lastError: document.lastError ?? null,
    pausedAt: document.pausedAt instanceof Date ? document.pausedAt : null,
  } as const;
}

/**
 * Reads a key's state from its document. Missing fields get their defaults. Names each field, as
 * toKeyDocument does.
 * @throws SyncError as headOf.
 */
export function fromKeyDocument(document: Document): KeyState {
  const head = headOf(document);
  const state: Writable<KeyState> = {
    key: head.key,
    keyType: head.keyType,
    stream: head.stream,
    type: head.type,
    status: head.status,
    incarnation: head.incarnation,
    revision: head.revision,
    position: head.position,
    lag: Number(document.lag ?? 0),
    counts: { seen: 0, written: 0, alreadyThere: 0, dead: 0, gap: 0, ...document.counts },
    gaps: Array.isArray(document.gaps) ? document.gaps : [],
    activity: Array.isArray(document.activity) ? document.activity : [],
    firstSyncedAt: asDate(document.firstSyncedAt),
    lastSyncedAt: asDate(document.lastSyncedAt),
    lastChangedAt: document.lastChangedAt instanceof Date ? document.lastChangedAt : null,
    expiresAt: document.expiresAt instanceof Date ? document.expiresAt : null,
    lastError: head.lastError,
    pausedAt: head.pausedAt,
  };
  if (typeof document.collection === 'string') state.collection = document.collection;
  if (isDocumentId(document.documentId)) state.documentId = document.documentId;
  if (typeof document.rule === 'string') state.rule = document.rule;
  if (Array.isArray(document.formerPlaces)) state.formerPlaces = document.formerPlaces;
  return state;
}

/** Whether the value is an `_id` in the form that rules build. */
export function isDocumentId(value: unknown): value is DocumentId {
  const { text, kind } = membersOf(value);
  return typeof text === 'string' && (kind === 'text' || kind === 'number' || kind === 'objectId');
}

function asDate(value: unknown): Date {
  return value instanceof Date ? value : new Date(0);
}
