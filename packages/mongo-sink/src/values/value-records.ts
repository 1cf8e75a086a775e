import type { Replacement, ReplaceWrite } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { IS_OURS } from './value-manifest.js';
import { documentIdOf, pathsIn, replacementOf, storedFields } from './value-place.js';

/** A value's document without its `_id`. @param kept further fleet fields. */
export function fieldsOf(value: Replacement, kept: Document): Document {
  const { state, write } = value;
  return storedFields(state, { ...write.document, ...kept, ...saveOf(value) }, write.shape);
}

/** A new value's document. */
export function documentOf(value: Replacement): Document {
  const _id = documentIdOf(value.state);
  // Nearly all values have no shape: build their documents with one copy.
  if (!value.write.shape) return { _id, ...value.write.document, ...saveOf(value) };
  return { _id, ...fieldsOf(value, {}) };
}

/** The fields that a write sets in a document of the fleet's own shape. */
export function ownFields(value: Replacement) {
  return { ...value.write.document, ...saveOf(value) };
}

/**
 * The fields to remove: those of another form of the value. `generation` is removed with the elements, so
 * that their readers notice the change.
 */
export function goneFields({ document, formFields }: ReplaceWrite): string[] {
  return ['generation', 'resumable', 'sealed', ...formFields].filter((name) => !(name in document));
}

function saveOf({ state }: Replacement) {
  return { revision: state.revision + 1, syncedAt: new Date() };
}

/** The updates that mark a value's document, in either shape, and keep its content. */
export function marksOf(value: Replacement): Document[] {
  const fields = ownFields(value);
  return [
    { q: olderThan(value, false), u: { $set: fields } },
    { q: olderThan(value, true), u: { $set: pathsIn(true, fields) } },
  ];
}

/**
 * The update that replaces a value's document, unless it has the same or a newer revision. It does not match
 * a large value that the write does not expect, because the members of that value must be removed with it.
 */
export function updateOf(value: Replacement) {
  const { write } = value;
  const isShaped = write.shape !== undefined;
  const small = write.hasMembers ? {} : pathsIn(isShaped, { form: { $ne: 'members' } });
  const q = { ...olderThan(value, isShaped), ...small };
  if (isShaped) return { q, u: replacementOf(fieldsOf(value, {})), upsert: true };
  return {
    q,
    u: {
      $set: ownFields(value),
      $unset: Object.fromEntries(goneFields(write).map((name) => [name, ''])),
    },
    upsert: true,
  };
}

/** Matches the value's own document in the given shape, if its revision is older. */
function olderThan({ state }: Replacement, isShaped: boolean): Document {
  const revision = { $lt: state.revision + 1 };
  if (isShaped) return { _id: documentIdOf(state), ...pathsIn(true, { key: state.key, revision }) };
  return { _id: state.key, revision, ...IS_OURS };
}
