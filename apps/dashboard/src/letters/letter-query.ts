import type { LetterFilter, LetterPlace } from '@redis-to-mongo/mongo-sink';
import { namePattern } from '@redis-to-mongo/pipeline';
import { isPattern } from '../keys/key-query.js';
import { decoded, encoded } from '../keys/place-text.js';
import { pathWith } from '../path-with.js';

/** The query of the page of dead letters. */
export interface LetterQuery {
  /** The start of their keys' names, or a Redis pattern. */
  readonly search: string;
  readonly collection: string;
  /** MongoDB's code of the refusal; 0 is any. */
  readonly code: number;
  /** Refused within this many hours; 0 is any time. */
  readonly hours: number;
  /** The page begins after this place. */
  readonly after: string;
}

/** The choices for `hours`. */
export const LETTER_HOURS = [0, 1, 24, 168] as const;

const MAX_TEXT = 200;
const MAX_PLACE = 2_000;

/** Reads a query from an address; what is not one counts as not given. */
export function parseLetterQuery(params: URLSearchParams): LetterQuery {
  const code = Number(params.get('code') ?? 0);
  const hours = Number(params.get('within') ?? 0);
  return {
    search: (params.get('q') ?? '').slice(0, MAX_TEXT),
    collection: (params.get('collection') ?? '').slice(0, MAX_TEXT),
    code: Number.isSafeInteger(code) && code > 0 ? code : 0,
    hours: LETTER_HOURS.find((each) => each === hours) ?? 0,
    after: (params.get('after') ?? '').slice(0, MAX_PLACE),
  };
}

/** The address of a query, from the base. A change of anything but the place leads to the first page. */
export function letterQueryPath(query: LetterQuery, change: Partial<LetterQuery> = {}): string {
  const { search, collection, code, hours, after } = { ...query, after: '', ...change };
  return pathWith('dead-letters', { q: search, collection, code, within: hours, after });
}

/** The filter for the letters that match a query. @param now in ms since 1970. */
export function letterFilter({ search, collection, code, hours }: LetterQuery, now: number): LetterFilter {
  return {
    ...(search === '' ? {} : isPattern(search) ? { name: namePattern(search) } : { prefix: search }),
    collection: collection || undefined,
    code: code || undefined,
    since: hours === 0 ? undefined : new Date(now - hours * 3_600_000),
  };
}

/** A place in the list, for an address. */
export function letterPlaceText({ at, id }: LetterPlace): string {
  return encoded([at.getTime(), id]);
}

/** The place that an address names; `undefined` if it names none. */
export function letterPlaceOf(text: string): LetterPlace | undefined {
  const [at, id] = decoded(text);
  return typeof id === 'string' && Number.isSafeInteger(at) ? { at: new Date(Number(at)), id } : undefined;
}
