import {
  type DocumentShape,
  headOf,
  isShaped,
  membersOf,
  OURS,
  plainValue,
  SyncError,
  shapeValue,
  shownKey,
} from '@redis-to-mongo/pipeline';
import type { Document, Filter } from 'mongodb';
import { ownerOf, pathIn, type StoredValue } from './value-place.js';

/** An element of a value, as it is stored; the other fields are the element's own. */
export type ElementDocument = Document & {
  readonly _id: string;
  readonly key: string;
  /** The generation that added it. */
  readonly since: number;
  /** The generation that ended it. */
  readonly until: number | null;
};

/** Puts an element into the shape in which it is stored. */
export function storedElement(
  { _id, ...fields }: ElementDocument,
  shape: DocumentShape | undefined,
): Document {
  return { _id, ...(shape ? shapeValue(fields, shape, {}) : fields) };
}

/** Converts a stored element to the fleet's own shape. */
export function plainElement(stored: { readonly _id: string } & Document): ElementDocument {
  const { key, since, until, ...others } = plainValue(stored);
  return {
    ...others,
    _id: stored._id,
    key: String(key),
    since: Number(since),
    until: until === null ? null : Number(until),
  };
}

/** An attempt that can be continued for the same incarnation, by the same rule. */
interface Resumable {
  readonly generation: number;
  readonly incarnation: number;
  readonly rule?: string;
}

/** Generations that are complete, though nobody has committed them yet. See ValueAttempts.seal. */
interface Sealed {
  readonly generations: readonly number[];
  readonly incarnation: number;
  readonly rule?: string;
}

/**
 * The fields of a value's manifest document that describe its elements. The other fields are the value's own.
 */
export interface ValueManifest {
  readonly key: string;
  /** Whether the manifest and its elements are in the shape `document`. */
  readonly isShaped: boolean;
  readonly incarnation: number;
  /** The rule that made the members; see ruleFingerprint. */
  readonly rule: string | undefined;
  readonly revision: number;
  /** inline: the document holds the value. members: its elements are documents of their own. */
  readonly form: 'inline' | 'members';
  /** The last generation of elements that was committed; 0 for none. */
  readonly generation: number;
  /** The highest generation that any worker has ever begun. */
  readonly attempts: number;
  /** Generations that were begun but not committed. Their changes are not part of the value. */
  readonly aborted: readonly number[];
  /** The changes of aborted generations up to this one were undone. */
  readonly healed: number;
  /** A generation that its worker gave up cleanly. The next attempt can continue it. */
  readonly resumable: Resumable | null;
  /** Also in `aborted`, until an attempt that uses them commits. */
  readonly sealed: Sealed | null;
}

const MANIFEST = [
  'revision',
  'form',
  'generation',
  'attempts',
  'aborted',
  'healed',
  'resumable',
  'sealed',
  'incarnation',
  'rule',
];

export const MANIFEST_PROJECTION: Readonly<Record<string, 1>> = Object.fromEntries(
  [...MANIFEST, ...['key', ...MANIFEST].map((name) => pathIn(true, name))].map((name) => [name, 1 as const]),
);

/** Matches the fleet's own value documents. Another application's document is never overwritten. */
export const IS_OURS = { incarnation: { $exists: true }, [OURS]: { $exists: false } } as const;

/** Whether a document, read with MANIFEST_PROJECTION, is one of the fleet's. */
export function isOurs(document: StoredValue): boolean {
  return ownerOf(document) !== undefined;
}

/** @throws SyncError DOCUMENT_FOREIGN if the document, read with MANIFEST_PROJECTION, is not the fleet's. */
export function refuseForeign(collection: string, document: StoredValue): void {
  if (isOurs(document)) return;
  const { _id } = document;
  throw new SyncError(
    'DOCUMENT_FOREIGN',
    'unknown',
    `key ${shownKey(String(_id))}: the collection ${collection} has a document with that _id that is not from the fleet: move it, or give the fleet its own database (MONGO_DB_NAME), or the key its own collection with a rule`,
  );
}

/**
 * Maximum number of uncommitted generations in a manifest. A worker believed dead can still write in its own.
 */
export const ABORTED_KEPT = 200;
/** Maximum number of sealed generations in a manifest. */
export const SEALED_KEPT = 50;

/** Parses a value's manifest document, in either shape. Missing members get defaults. */
export function parseManifest(document: Document): ValueManifest {
  const head = headOf(document);
  const { resumable, sealed } = head;
  return {
    key: String(isShaped(document) ? head.key : document._id),
    isShaped: isShaped(document),
    incarnation: Number(head.incarnation ?? 0),
    rule: typeof head.rule === 'string' ? head.rule : undefined,
    revision: Number(head.revision ?? 0),
    form: head.form === 'members' ? 'members' : 'inline',
    generation: Number(head.generation ?? 0),
    attempts: Number(head.attempts ?? 0),
    aborted: Array.isArray(head.aborted) ? head.aborted.map(Number) : [],
    healed: Number(head.healed ?? 0),
    resumable: isResumable(resumable) ? resumable : null,
    sealed: isSealed(sealed) ? sealed : null,
  };
}

/** The manifest of a value that is not in MongoDB. */
export function noManifest(key: string, isInShape: boolean): ValueManifest {
  return parseManifest(isInShape ? { [OURS]: { key } } : { _id: key });
}

function isResumable(value: unknown): value is Resumable {
  const { generation, incarnation, rule = '' } = membersOf(value);
  return typeof generation === 'number' && typeof incarnation === 'number' && typeof rule === 'string';
}

function isSealed(value: unknown): value is Sealed {
  const { generations, incarnation, rule = '' } = membersOf(value);
  const isList = Array.isArray(generations) && generations.every((number) => typeof number === 'number');
  return isList && typeof incarnation === 'number' && typeof rule === 'string';
}

/**
 * A filter on the element collection for the elements of a value of form `members`: those that a committed
 * generation added and none removed. Read the manifest, the elements, then the manifest's `generation` again.
 * If it is the same, the elements are one state of the key (see readMirroredValue).
 */
export function elementsOf(manifest: ValueManifest): Filter<ElementDocument> {
  const { key, generation, aborted } = manifest;
  const at = (name: string) => pathIn(manifest.isShaped, name);
  const others = aborted.length > 0 ? { $nin: [...aborted] } : {};
  return {
    [at('key')]: key,
    [at('since')]: { $lte: generation, ...others },
    // Equivalent to an `$or` of two ranges, but lets every server find the elements by their key.
    [at('until')]: { $not: { $gt: 0, $lte: generation, ...others } },
  };
}

/** The condition of elementsOf, for an element that was read. */
export function isElementOf(
  { generation, aborted }: ValueManifest,
  { since, until }: Pick<ElementDocument, 'since' | 'until'>,
): boolean {
  if (since > generation || aborted.includes(since)) return false;
  return until === null || until > generation || aborted.includes(until);
}
