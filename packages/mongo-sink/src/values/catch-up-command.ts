import type { KeyState } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { toKeyDocument } from '../keys/key-document.js';
import type { ValueManifest } from './value-manifest.js';

/**
 * The command that raises a key's revision to that of its value. What the value holds is no longer known: all that is left of the key's
 * position is whether there are members, which go with the value, or stay as its history.
 */
export function catchUpCommand(state: KeyState, { form, revision }: ValueManifest): Document {
  const position = form === 'members' ? { form, digest: '' } : null;
  // The key's own document was never saved, or was lost: it begins behind the value.
  if (state.revision === 0)
    return { insert: 'keys', documents: [toKeyDocument({ ...state, position, revision }, '')] };
  // The position of what the key holds as another type is not that of this value.
  const kept = { $cond: [{ $eq: ['$keyType', state.keyType] }, { $literal: position }, '$position'] };
  const q = { _id: state.key, revision: state.revision };
  return { update: 'keys', updates: [{ q, u: [{ $set: { revision, position: kept } }] }] };
}
