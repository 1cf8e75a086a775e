import { isTakenByDrivers } from '../content.js';
import { exactNumber } from './exact-number.js';

/** A JSON value, as JSON.parse gives it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Levels of arrays and objects; MongoDB takes 100 in all. */
const DEEPEST = 64;
/** Characters; numbers in lists take up to eight times as much in BSON. */
const LONGEST = 1024 * 1024;
/** Bytes that BSON adds to a value, with its name or its index. */
const EACH = 16;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[[\]{}]|[,:]|[a-z]+|\s+|./gsu;

/**
 * The value of a JSON text that MongoDB can hold without any loss, and about how many bytes it takes there. `undefined`
 * for what is not JSON; for numbers that a double does not say exactly; for names that come twice, that an object would
 * put in another order, or that MongoDB or its drivers read as something else; for text that is not Unicode; and for
 * what is too deep or too long.
 */
export function storableJson(text: string): { readonly value: Json; readonly bytes: number } | undefined {
  if (text.length > LONGEST) return undefined;
  const scanned = scan(text);
  if (!scanned) return undefined;
  try {
    const value: Json = JSON.parse(text);
    // Written again it would say the same, but for names that came twice or change places.
    if (JSON.stringify(value) !== scanned.canonical || !hasPlainNames(value)) return undefined;
    return { value, bytes: text.length + EACH * scanned.tokens };
  } catch {
    return undefined;
  }
}

/** The text as JSON.stringify would write it, if it is JSON and all its tokens can be kept. */
function scan(text: string): { canonical: string; tokens: number } | undefined {
  let canonical = '';
  let tokens = 0;
  let depth = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    const first = token.charAt(0);
    if (first.trim() === '') continue;
    tokens++;
    if (first === '[' || first === '{') depth++;
    else if (first === ']' || first === '}') depth--;
    if (depth > DEEPEST) return undefined;
    const kept = first === '"' ? keptText(token) : /[-\d]/.test(first) ? keptNumber(token) : token;
    if (kept === undefined) return undefined;
    canonical += kept;
  }
  return { canonical, tokens };
}

function keptText(token: string): string | undefined {
  try {
    const text: unknown = JSON.parse(token);
    return typeof text === 'string' && !/\p{Surrogate}/u.test(text) ? JSON.stringify(text) : undefined;
  } catch {
    return undefined;
  }
}

function keptNumber(token: string): string | undefined {
  const number = exactNumber(token);
  return typeof number === 'number' ? JSON.stringify(number) : undefined;
}

/** Names that MongoDB, its drivers and JavaScript take as they are. */
function hasPlainNames(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (isList(value)) return value.every(hasPlainNames);
  return Object.entries(value).every(
    ([name, each]) =>
      name !== '' && !/^\$|[.\0]/.test(name) && !isTakenByDrivers(name) && hasPlainNames(each),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
