import { expect, test } from 'vitest';
import type { KeyListPage } from '../src/keys/key-list.js';
import { parseKeyQuery } from '../src/keys/key-query.js';
import { keyContent } from '../src/pages/key-page.js';
import { keysTable } from '../src/pages/keys/keys-table.js';
import { aSummary } from './a-report.js';

const AT = new Date('2026-01-02T03:04:05Z');
const NEXT = AT.getTime() + 3_600_000;

function shown(address: string, more: Partial<KeyListPage> = {}): string {
  const rest = {
    total: undefined,
    next: undefined,
    previous: undefined,
    isWithin: false,
    scanned: undefined,
  };
  return keysTable(parseKeyQuery(new URLSearchParams(address)), {
    at: AT,
    rows: [],
    ...rest,
    ...more,
  }).toString();
}

test('a list without rows says whether there are no keys, none matches, or none was found so far', () => {
  expect(shown('')).toContain('No keys yet.');
  expect(shown('q=a')).toContain('No key matches.');
  expect(shown('status=failing')).toContain('No key matches.');
  expect(shown('q=*:tags', { scanned: 13_500 })).toMatch(
    /No key matches so far\.[\s\S]*13,500 names were searched/,
  );
});

test('a paused key has no next run, and is not said to be 0 behind now', () => {
  expect(shown('', { rows: [{ key: aSummary(), nextRunAt: NEXT }] })).toContain('in 1 h');
  expect(shown('', { rows: [{ key: aSummary({ paused: true }), nextRunAt: NEXT }] })).not.toContain('in 1 h');
  const detail = { at: AT, state: undefined, nextRunAt: NEXT, explanation: undefined, actions: [] };
  const page = (paused: boolean) =>
    keyContent({ ...detail, summary: aSummary({ paused }) }, false).toString();
  expect(page(false)).toContain('<dt>Behind</dt><dd>0</dd>');
  expect(page(true)).toContain('<dt>Behind</dt><dd>0 when paused</dd>');
  expect(page(true)).toContain('<dt>Next run</dt><dd>when resumed</dd>');
});
