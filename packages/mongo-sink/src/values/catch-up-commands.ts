import type { KeyState } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { toKeyDocument } from '../keys/key-document.js';
import type { ValueManifest } from './value-manifest.js';

/**
 * The commands that raise a key's revision to that of its value: each where the one before it has met a document. What the value holds
 * is no longer known: all that is left of the key's position is whether there are members, which go with the value, or stay as its history.
 */
export function catchUpCommands(state: KeyState, { form, revision }: ValueManifest): readonly Document[] {
  const position = form === 'members' ? { form, digest: '' } : null;
  // The position of what the key holds as another type is not that of this value.
  const kept = { $cond: [{ $eq: ['$keyType', state.keyType] }, { $literal: position }, '$position'] };
  const q = { _id: state.key, revision: state.revision };
  const update = { update: 'keys', updates: [{ q, u: [{ $set: { revision, position: kept } }] }] };
  if (state.revision > 0) return [update];
  // The key's own document was lost, or was never saved: then it is not there, or holds but the error of a run.
  return [{ insert: 'keys', documents: [toKeyDocument({ ...state, position, revision }, '')] }, update];
}
