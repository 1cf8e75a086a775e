import { isObject } from '@redis-to-mongo/pipeline';
import { maskCredentials } from '@redis-to-mongo/terminal';
import { renderError } from './render-error.js';

/** The fields of a log line: ids, counts, codes; never users' values. */
export type LogFields = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const SECRET_NAME = /password|passwd|secret/i;
const RESERVED = new Set(['time', 'level', 'app', 'pid', 'msg']);

/**
 * Prepares fields for a log line: they fit into JSON, credentials are hidden, and sizes are bounded. A field
 * with the name of one of the line's own fields gets an underscore after its name.
 */
export function cleanFields(fields: LogFields, withStack: boolean): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    clean[RESERVED.has(name) ? `${name}_` : name] =
      name === 'error' && value !== null
        ? renderError(value, withStack)
        : cleanField(name, value, withStack, 0);
  }
  return clean;
}

function cleanField(name: string, value: unknown, withStack: boolean, depth: number): unknown {
  return SECRET_NAME.test(name) && value !== null ? '***' : cleanValue(value, withStack, depth);
}

function cleanValue(value: unknown, withStack: boolean, depth: number): unknown {
  if (typeof value === 'string') return maskCredentials(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '(function)';
  if (!isObject(value)) return value;
  if (value instanceof Error) return renderError(value, withStack);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return maskCredentials(value.href);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (depth >= MAX_DEPTH) return '(deeper)';
  const items = value instanceof Map || value instanceof Set ? [...value] : value;
  if (Array.isArray(items))
    return items.slice(0, MAX_ITEMS).map((item) => cleanValue(item, withStack, depth + 1));
  return Object.fromEntries(
    Object.entries(items)
      .slice(0, MAX_ITEMS)
      .map(([name, item]) => [name, cleanField(name, item, withStack, depth + 1)]),
  );
}
