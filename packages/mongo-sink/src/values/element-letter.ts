import type { Place } from '@redis-to-mongo/pipeline';
import type { WriteError } from '../commands/write-command.js';
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
