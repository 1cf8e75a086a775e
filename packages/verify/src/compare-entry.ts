import type { MirroredEntry } from '@redis-to-mongo/mongo-sink';
import { decodeEntry, entryTime } from '@redis-to-mongo/pipeline';
import type { SourceEntry } from './source-stream.js';

/** Describes how a message differs from its entry; `undefined` if it does not. */
export function entryProblem(entry: SourceEntry, mirrored: MirroredEntry): string | undefined {
  if (!hasFieldsOf(entry, mirrored)) return 'has other fields';
  const { at } = mirrored;
  const time = at instanceof Date ? at.getTime() : at;
  return time === (entryTime(entry.entryId)?.getTime() ?? null) ? undefined : 'has another time';
}

/** Whether the stored fields are those of the entry, in its order, without as many as were left out. */
function hasFieldsOf({ flat }: SourceEntry, mirrored: MirroredEntry): boolean {
  const stored = decoded(mirrored);
  if (!stored?.isIntact || stored.pairs.length + stored.left !== flat.length / 2) return false;
  let i = 0;
  for (const [name, value] of stored.pairs) {
    while (i < flat.length && !(flat[i]?.equals(name) && flat[i + 1]?.equals(value))) i += 2;
    if (i >= flat.length) return false;
    i += 2;
  }
  return true;
}

function decoded(mirrored: MirroredEntry) {
  try {
    return decodeEntry(mirrored);
  } catch {
    return undefined; // not of a form that the fleet writes
  }
}
