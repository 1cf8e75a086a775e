import { isTakenByDrivers } from '../content.js';
import { exactNumber } from './exact-number.js';

/** A JSON value, as JSON.parse returns it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Maximum depth of arrays and objects; MongoDB accepts 100 levels in a document. */
const DEEPEST = 64;
/** Maximum number of characters. Numbers in lists need up to eight times as many bytes in BSON. */
const LONGEST = 1024 * 1024;
/** Number of bytes that BSON adds to a value, including its index. */
const EACH = 16;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[[\]{}]|[,:]|[a-z]+|\s+|./gsu;

/**
 * Parses a JSON text that MongoDB can hold without loss. @returns the value, and its approximate size in
 * bytes. `undefined` if the text is not JSON, or has:
 * - a number that a double does not hold exactly;
 * - a name that occurs twice, that an object would put in another place, or that is special to MongoDB or its
 *   drivers;
 * - text that is not Unicode;
 * - too many levels or characters.
 */
export function storableJson(text: string): { readonly value: Json; readonly bytes: number } | undefined {
  if (text.length > LONGEST) return undefined;
  const scanned = scan(text);
  if (!scanned) return undefined;
  try {
    const value: Json = JSON.parse(text);
    // The text differs only if a name occurs twice or changes its place.
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

/** Whether MongoDB, its drivers and JavaScript accept all names unchanged. */
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
