import { SyncError, shownKey } from '@redis-to-mongo/pipeline';
import type { Document, Filter } from 'mongodb';

/** A unit of a value, as it is stored; the other fields are the unit's own. */
export type UnitDocument = Document & {
  readonly _id: string;
  readonly key: string;
  /** The generation that added it. */
  readonly since: number;
  /** The generation that ended it. */
  readonly until: number | null;
};

/** What a value's header document says about its units; the other fields are the value's own. */
export interface ValueHeader {
  readonly _id: string;
  readonly revision: number;
  /** inline: the document holds the value. members: its units are documents of their own. */
  readonly form: 'inline' | 'members';
  /** The last generation of units that was committed; 0 for none. */
  readonly generation: number;
  /** The highest generation that any worker has ever begun. */
  readonly attempts: number;
  /** Generations that were begun and not committed: what they left is not part of the value. */
  readonly aborted: readonly number[];
  /** What the aborted generations up to this one had left, was cleared away. */
  readonly healed: number;
  /** A generation that was given up in good order: the next attempt goes on with it. */
  readonly resumable: { readonly generation: number; readonly incarnation: number } | null;
}

export const HEADER_PROJECTION = {
  revision: 1,
  form: 1,
  generation: 1,
  attempts: 1,
  aborted: 1,
  healed: 1,
  resumable: 1,
  incarnation: 1,
} as const;

/** Every document of a value has this; one of somebody else's under a key's name is never written over. */
export const IS_OURS = { incarnation: { $exists: true } } as const;

/** Whether a document, read with HEADER_PROJECTION, is one of the fleet's. */
export function isOurs({ revision, incarnation }: Document): boolean {
  return Number.isSafeInteger(revision) && Number.isSafeInteger(incarnation);
}

/** @throws SyncError DOCUMENT_FOREIGN where the document, read with HEADER_PROJECTION, is none of the fleet's. */
export function refuseForeign(collection: string, document: Document): void {
  if (isOurs(document)) return;
  const { _id } = document;
  throw new SyncError(
    'DOCUMENT_FOREIGN',
    'unknown',
    `key ${shownKey(String(_id))}: the collection ${collection} has a document of that _id that is not the fleet's: move it, or give the fleet a database of its own (MONGO_DB_NAME), or the key a collection of its own by a rule`,
  );
}

/** How many uncommitted generations a header remembers: a worker that was believed dead can still write in its own. */
export const ABORTED_KEPT = 200;

export function parseHeader(document: Document): ValueHeader {
  const resumable: unknown = document.resumable;
  return {
    _id: String(document._id),
    revision: Number(document.revision ?? 0),
    form: document.form === 'members' ? 'members' : 'inline',
    generation: Number(document.generation ?? 0),
    attempts: Number(document.attempts ?? 0),
    aborted: Array.isArray(document.aborted) ? document.aborted.map(Number) : [],
    healed: Number(document.healed ?? 0),
    resumable: isResumable(resumable) ? resumable : null,
  };
}

function isResumable(value: unknown): value is { generation: number; incarnation: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'generation' in value &&
    typeof value.generation === 'number' &&
    'incarnation' in value &&
    typeof value.incarnation === 'number'
  );
}

/**
 * The units that belong to a value of form `members`, as a filter on its unit collection: those that a committed
 * generation added and none has removed. Take header and units, then look at the header's `generation` once more:
 * where it is the same, what was read is one state of the key (see readUnits).
 */
export function unitsOf(header: ValueHeader): Filter<UnitDocument> {
  const { _id: key, generation, aborted } = header;
  const since = aborted.length > 0 ? { $lte: generation, $nin: [...aborted] } : { $lte: generation };
  return { key, since, $or: [{ until: { $in: [null, ...aborted] } }, { until: { $gt: generation } }] };
}

/** The same, of a unit that was read. */
export function isUnitOf(
  { generation, aborted }: ValueHeader,
  { since, until }: Pick<UnitDocument, 'since' | 'until'>,
): boolean {
  if (since > generation || aborted.includes(since)) return false;
  return until === null || until > generation || aborted.includes(until);
}
