import type { KeyState } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { toKeyDocument } from '../keys/key-document.js';
import type { ValueManifest } from './value-manifest.js';

/**
 * The commands that raise a key's revision to that of its value. Each runs only if the one before it found
 * that the document exists. The content of the value is no longer known. The position keeps only whether the
 * value has members: they are removed with the value, or stay as its history.
 */
export function catchUpCommands(state: KeyState, { form, revision }: ValueManifest): readonly Document[] {
  const position = form === 'members' ? { form, digest: '' } : null;
  // If the key's document has another type, its position is not about this value, so it stays.
  const kept = { $cond: [{ $eq: ['$keyType', state.keyType] }, { $literal: position }, '$position'] };
  const q = { _id: state.key, revision: state.revision };
  const update = { update: 'keys', updates: [{ q, u: [{ $set: { revision, position: kept } }] }] };
  if (state.revision > 0) return [update];
  // The key's document was lost or never saved: it is missing, or holds only the error of a run.
  return [{ insert: 'keys', documents: [toKeyDocument({ ...state, position, revision }, '')] }, update];
}
