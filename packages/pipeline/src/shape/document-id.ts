import { globMatcher } from '../glob-matcher.js';
import { globTokens, type OneCharacter, type Token } from '../glob-tokens.js';
import { isEscapedKeyId } from '../key-id.js';
import { exactNumber } from '../rules/exact-number.js';

/** The `_id` of a value's document, if a rule makes it from the key's name. */
export interface DocumentId {
  readonly kind: IdType;
  readonly text: string;
}

/** The type that the `_id` is parsed as. */
export type IdType = 'text' | 'number' | 'objectId';

/** Makes the `_id` of a key's document; `undefined` if the `_id` is the key id. */
export type DocumentIdMaker = (keyId: string) => DocumentId | undefined;

const PLACE = /\{(\d+)\}/g;

/**
 * Compiles the template of an `_id`: `{1}` stands for the match of the first `*` of the pattern. The result
 * becomes a number or an ObjectId only if that gives back exactly the same text. Otherwise it stays text, so
 * that two names never become the same `_id`. A key whose name is not UTF-8 keeps its key id as `_id`.
 */
export function documentIdMaker(pattern: string, template: string, idType: IdType): DocumentIdMaker {
  const partsOf = globParts(pattern);
  return (keyId) => {
    const parts = isEscapedKeyId(keyId) ? undefined : partsOf(keyId);
    if (!parts) return undefined;
    const text = template.replace(PLACE, (_, place: string) => parts[Number(place) - 1] ?? '');
    return { kind: isOf(idType, text) ? idType : 'text', text };
  };
}

/** The numbers of the parts that a template names, in order: 1 for `{1}`. */
export function partsNamedIn(template: string): readonly number[] {
  return [...template.matchAll(PLACE)].map(([, place]) => Number(place));
}

/** The number of parts that a pattern has: one for each `*`; adjacent `*` count as one. */
export function partsGivenBy(pattern: string): number {
  return globTokens(pattern).filter(({ kind }) => kind === 'many').length;
}

/** Whether both are the same `_id`, or both are `undefined`. */
export function sameDocumentId(a: DocumentId | undefined, b: DocumentId | undefined): boolean {
  return a?.kind === b?.kind && a?.text === b?.text;
}

function isOf(idType: IdType, text: string): boolean {
  if (idType === 'text') return true;
  if (idType === 'objectId') return /^[0-9a-f]{24}$/.test(text);
  const number = exactNumber(text);
  return number !== undefined && String(number) === text;
}

/** Returns the match of each `*` of a pattern. Each `*` except the last matches as little as possible. */
function globParts(pattern: string): (text: string) => readonly string[] | undefined {
  const segments: OneCharacter[][] = [[]];
  for (const token of globTokens(pattern))
    if (token.kind === 'many') segments.push([]);
    else segments.at(-1)?.push(token);
  const matchers = segments.map((segment) => ({
    length: segment.length,
    matches: globMatcher(segment as Token[]),
  }));
  return (text) => {
    const chars = [...text];
    const parts: string[] = [];
    const isAt = (i: number, at: number) => {
      const { length, matches } = matchers[i] ?? { length: 0, matches: () => true };
      return at + length <= chars.length && matches(chars.slice(at, at + length).join(''));
    };
    if (!isAt(0, 0)) return undefined;
    let at = matchers[0]?.length ?? 0;
    for (let i = 1; i < matchers.length; i++) {
      const length = matchers[i]?.length ?? 0;
      let from = i === matchers.length - 1 ? chars.length - length : at;
      while (from >= at && from + length <= chars.length && !isAt(i, from)) from++;
      if (from < at || from + length > chars.length) return undefined;
      parts.push(chars.slice(at, from).join(''));
      at = from + length;
    }
    return at === chars.length ? parts : undefined;
  };
}
