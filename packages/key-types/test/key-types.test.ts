import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { KEY_TYPE_ENTRIES, KEY_TYPES } from '@redis-to-mongo/key-types';
import { describe, expect, it } from 'vitest';

/** What is no type; the others stand each for one. */
const NO_TYPES = ['index', 'registry'];

const files = readdirSync(new URL('../src/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !NO_TYPES.includes(name));

const tests = new URL('../../redis-source/test/types/', import.meta.url);

describe('a key type', () => {
  it('has one file, named after it', () => {
    expect(files.sort()).toEqual([...KEY_TYPES].sort());
  });

  it.each(files)(
    '%s has a test of its own, which is tried by the conformance suite where it is a value',
    (type) => {
      const test = new URL(`${type}.integration.test.ts`, tests);
      expect(existsSync(test)).toBe(true);
      if (type !== 'stream') expect(readFileSync(test, 'utf8')).toMatch(/conformance/);
    },
  );

  it('has names, collections and an answer of TYPE that no other one has', () => {
    const names = KEY_TYPE_ENTRIES.flatMap((entry) =>
      'shape' in entry ? [entry.names.collection, entry.names.memberCollection] : [],
    );
    for (const own of [KEY_TYPES, names, KEY_TYPE_ENTRIES.map(({ answer }) => answer)])
      expect(new Set(own).size).toBe(own.length);
  });

  it.each(KEY_TYPE_ENTRIES)(
    '$names.keyType declares what it guarantees and what it is read with',
    (entry) => {
      expect(entry.guarantee.length).toBeGreaterThan(100);
      expect(entry.needs('key').every(([name, ...words]) => name !== '' && words.includes('key'))).toBe(true);
    },
  );
});
