import type { Place } from '@redis-to-mongo/pipeline';
import type { WriteError } from '../commands/write-command.js';
import type { ElementDocument } from './value-manifest.js';

/** The dead letter of an element that MongoDB refuses. @param prefix what all `_id`s of the value's elements begin with. */
export function elementLetter(
  document: ElementDocument,
  { code, message }: WriteError,
  prefix: string,
  collection: string,
  { stream, type }: Place,
) {
  // Without its generation: the same element, refused again, is the same letter.
  const element = document._id.slice(prefix.length, document._id.lastIndexOf(':'));
  const letter = {
    id: `${prefix}unit:${element}`,
    kind: 'unit' as const,
    ...{ collection, stream, type, document, code, reason: message },
  };
  return { element, letter };
}
