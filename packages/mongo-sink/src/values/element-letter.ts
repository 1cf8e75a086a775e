import type { Place } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { WriteError } from '../commands/write-command.js';
import { requireKept, writeValueLetters } from '../dead-letters/dead-letters.js';
import type { ElementDocument } from './value-manifest.js';

/**
 * The dead letter of an element that MongoDB refused.
 * @param prefix common prefix of the elements' `_id`s.
 */
export function elementLetter(
  document: ElementDocument,
  { code, message }: WriteError,
  prefix: string,
  collection: string,
  { stream, type }: Place,
) {
  // The id leaves out the generation, so an element that is refused again keeps its dead letter.
  const element = document._id.slice(prefix.length, document._id.lastIndexOf(':'));
  const letter = {
    id: `${prefix}unit:${element}`,
    kind: 'unit' as const,
    ...{ collection, stream, type, document, code, reason: message },
  };
  return { element, letter };
}

/** Keeps the dead letters of elements. @throws SyncError if MongoDB refuses one of them, or as mongoError. */
export async function keepElementLetters(
  db: Db,
  letters: readonly ReturnType<typeof elementLetter>[],
): Promise<void> {
  if (letters.length === 0) return;
  const all = letters.map(({ letter }) => letter);
  requireKept(await writeValueLetters(db, all, new Date()));
}
